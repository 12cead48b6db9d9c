"""What documents hold by the harness's own account: by their paths, as they were written."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mdm_sim.graph.edm.model import NAMESPACE, Type
from mdm_sim.proving.bodies import Palette
from mdm_sim.proving.canaries import Holder
from mdm_sim.proving.ledger import Ledger
from mdm_sim.proving.routes import unversioned
from mdm_sim.proving.stage import Made

# The kinds of holders that a document is: an operation that alters one may leave what was there.
DOCUMENT, ALTERED = "document", "altered"
Given = Mapping[str, set[int]]


class Account:
    """The documents there are: what is in each of them, and which of them paths lead through."""

    def __init__(self, ledger: Ledger, objects: Mapping[str, str]) -> None:
        """`objects` are the ids of what sets hold already, by path."""
        self._ledger = ledger
        self._objects = dict(objects)
        self._kinds: dict[str, Type] = {}
        self._written: dict[Holder, dict[str, set[int]]] = {}
        self.made: dict[str, Made] = {}

    def object_at(self, parts: list[str], place: int) -> str:
        """The id of an object of a set, of the type that the path goes on with."""
        path, below = "/".join(parts[:place]), "".join(parts[place + 1 : place + 2])
        is_cast = below.startswith(f"{NAMESPACE}.")
        return self._objects.get(f"{path}/{below}" if is_cast else path, "")

    def kind_at(self, path: str, otherwise: Type) -> Type:
        """The type of the object at a path."""
        return self._kinds.get(path, otherwise)

    def remember(self, above: str, kind: Type, object_id: str) -> None:
        """A new object of a set, for the paths that go through it."""
        self._kinds[f"{above}/{object_id}"] = kind
        self._objects.setdefault(above, object_id)
        for name in kind.lineage:
            self._objects.setdefault(f"{above}/{NAMESPACE}.{name}", object_id)

    def written(self, made: Made, given: Given, tick: int | None = None) -> None:
        """An object holds what was given for these names, and what it has under others."""
        self.made.setdefault(unversioned(made.path), made)
        self.hold(made.holder, given, tick)

    def hold(self, holder: Holder, given: Given, tick: int | None = None) -> None:
        """Likewise, for a holder of any kind."""
        members = self._written.setdefault(holder, {})
        members.update(given)
        self._ledger.keep_numbers(holder, set().union(*members.values()), tick)

    def held_at(self, path: str) -> set[int]:
        """The canaries in what is at a path and below it."""
        holders = [holder for made in self._at(path) for holder in holders_of(made)]
        members = [self._written.get(holder, {}).values() for holder in holders]
        return {number for values in members for numbers in values for number in numbers}

    def altered(self, path: str, *, below: bool) -> None:
        """What is at a path, or below it too, may be there still, or something else instead."""
        own = self.made.get(unversioned(path))
        for made in self._at(path) if below else [own] if own else []:
            before = self._written.pop(made.holder, {})
            self._ledger.drop([made.holder])
            self.hold((ALTERED, made.holder[1]), before)

    def forget(self, path: str) -> None:
        """What is at a path and below it is gone."""
        for made in list(self._at(path)):
            del self.made[unversioned(made.path)]
            self._ledger.drop(holders_of(made))

    def _at(self, path: str) -> Iterator[Made]:
        begin = f"{unversioned(path)}/"
        yield from [made for each, made in self.made.items() if f"{each}/".startswith(begin)]


def holder_at(path: str, object_id: str) -> Holder:
    """The holder that the document at a path is: the answers that show it name its id."""
    return (DOCUMENT, f"{unversioned(path)} {object_id}")


def holders_of(made: Made) -> list[Holder]:
    """Every holder that something that was made is."""
    return [made.holder, (ALTERED, made.holder[1])]


def carried(ledger: Ledger, palette: Palette, given: Mapping[str, Any]) -> dict[str, set[int]]:
    """The canaries of a body that stand in each part of it, as they are or in base64."""
    found: dict[str, set[int]] = {}
    for name, value in given.items():
        text = orjson.dumps(value).decode()
        found[name] = {
            number
            for number in palette.numbers
            for made in [str(ledger.canaries[number].value)]
            if made in text or base64.b64encode(made.encode()).decode() in text
        }
    return found
