"""What some collections do beside being stored: a line each, in the files of `entities`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Row

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.listing import Extra
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import Property
from mdm_sim.messages import NotFound
from mdm_sim.store.work import Work

Document = dict[str, Any]


def _nothing(_work: Work, _id: str, _document: Document | None) -> None:
    """Most documents decide nothing else."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a document is written: its keys, and its values before (none of a new one)."""

    path: str
    parent_id: str
    id: str
    before: Mapping[str, Any] | None = None


def _own_nothing(_work: Work, _spot: Spot, _document: Document) -> Mapping[str, Any]:
    """Most documents hold what is given and nothing else."""
    return {}


def _missing() -> None:
    message = "Resource not found."
    raise NotFound(message)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a collection of documents does more, in the transaction of the change.

    `check` raises Malformed for a document that it does not take, `check_new` for one that is
    made; `effect` tells the core of a
    document that was written (None: removed); `key` is what it can be found by; `new_id` names a
    new one; `computed` are properties that follow from other things: as SQL, to be filtered by,
    and for a page of objects at once. `deletable` raises where a document has to stay.
    `own` are the values that the service itself sets, whatever a body says; `numbered` names a
    new one by those below the same object. `order` is that of lists, where it is not by id;
    `absent` answers for the removal of what is not there.
    """

    path: str
    check: Callable[[Document], None] = lambda _document: None
    check_new: Callable[[Document], None] = lambda _document: None
    effect: Callable[[Work, str, Document | None], None] = _nothing
    key: Callable[[Document], str | None] = lambda _document: None
    new_id: Callable[[Work, Document], str] = lambda work, _document: work.new_id()
    computed: Mapping[str, Property] = field(default_factory=dict)
    extras: Mapping[str, Extra] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    deletable: Callable[[Connection, Row[Any]], None] = lambda _connection, _row: None
    own: Callable[[Work, Spot, Document], Mapping[str, Any]] = _own_nothing
    numbered: Callable[[Work, str, Document], str] | None = None
    order: tuple[Order, ...] = ()
    absent: Callable[[], None] = _missing


Exists = Callable[[Connection, Ask, str], bool]
# Whether an object of a collection that is no document exists, by path.
Elsewhere = Mapping[str, Exists]


class Behaviours:
    """The behaviours by path; a collection without one has none of its own."""

    def __init__(self, found: Iterable[Behaviour], elsewhere: Elsewhere) -> None:
        """`elsewhere` tells of objects that are no documents and have some below them."""
        self._by_path = {each.path: each for each in found}
        self.elsewhere = elsewhere

    def of(self, path: str) -> Behaviour:
        """The behaviour of a collection."""
        return self._by_path.get(path) or Behaviour(path)
