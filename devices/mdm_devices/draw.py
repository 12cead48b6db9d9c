"""The seeded source of all that one device carries: the same seed and index give the same draws."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")

LETTERS_AND_DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
CONSONANTS_AND_DIGITS = "BCDFGHJKLMNPQRSTVWXYZ0123456789"
# primes that divide no size used here, so multiples of one meet only after a full round
STRIDES = {
    "imei": 611_953,
    "iccid": 86_028_121,
    "wifi": 7_368_787,
    "ethernet": 15_485_863,
    "address": 1_299_709,
    "phone": 32_452_843,
}


class Draw:
    """Draws for device `index` of the fleet `seed`; `topic` sets apart draws of another time."""

    def __init__(self, seed: int, index: int, topic: str = "persona") -> None:
        self.index = index
        self._seed = seed
        # a text seed goes through SHA-512: the same on every platform, whatever PYTHONHASHSEED
        self.random = Random(f"{seed}/{index}/{topic}")

    def unique(self, size: int, kind: str) -> int:
        """A number below `size` that no other index below `size` of this fleet gets."""
        return self.scatter(self.index, size, kind)

    def scatter(self, number: int, size: int, kind: str) -> int:
        """As unique, for another number than the index; `kind` is a key of STRIDES."""
        return (number + self._seed * 7919) * STRIDES[kind] % size

    def below(self, size: int) -> int:
        """A number from 0 up to `size`, not included."""
        return int(self.random.random() * size)

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, things: Sequence[T]) -> T:
        """One of the things."""
        return things[self.below(len(things))]

    def chance(self, probability: float) -> bool:
        """True as often as `probability` (0 to 1) says."""
        return self.random.random() < probability

    def code(self, length: int, alphabet: str = LETTERS_AND_DIGITS) -> str:
        """A text of `length` characters of the alphabet."""
        return "".join(self.random.choices(alphabet, k=length))

    def digits(self, length: int) -> str:
        """A text of `length` digits."""
        return f"{self.below(10**length):0{length}d}"

    def hex(self, length: int) -> str:
        """A text of `length` lower-case hexadecimal digits."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def guid(self) -> str:
        """A version 4 GUID."""
        return str(UUID(int=self.random.getrandbits(128), version=4))
