"""Names and sentences drawn from Faker once per fleet, so that each device only picks from them."""

from dataclasses import dataclass

from faker import Faker

NAMES = 400
SENTENCES = 240


@dataclass(frozen=True)
class Pools:
    """What devices pick from."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    sentences: tuple[str, ...]
    cities: tuple[str, ...]
    companies: tuple[str, ...]


def draw_pools(seed: int) -> Pools:
    """The pools of the fleet `seed`; the same seed gives the same pools."""
    dutch, british = Faker("nl_NL"), Faker("en_GB")
    dutch.seed_instance(seed)
    british.seed_instance(seed + 1)
    half = NAMES // 2
    return Pools(
        first_names=tuple(source.first_name() for source in (dutch, british) for _ in range(half)),
        last_names=tuple(source.last_name() for source in (dutch, british) for _ in range(half)),
        sentences=tuple(
            _sentence(source) for source in (dutch, british) for _ in range(SENTENCES // 2)
        ),
        cities=tuple(dutch.city() for _ in range(half)),
        companies=tuple(british.company() for _ in range(half)),
    )


def _sentence(source: Faker) -> str:
    return str(source.sentence(nb_words=9, variable_nb_words=False))
