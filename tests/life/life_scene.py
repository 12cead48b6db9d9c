"""The stage of a life: a service and the model of it, and how a step chooses what it is about."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from databases import Prepared
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition
from life.life_facts import facts, marks
from life.life_model import Model, Record
from life.life_service import Claims, Service

from mdm_sim import tenant
from mdm_sim.policy.context import Workload

T = TypeVar("T")
K = TypeVar("K")
numbers = st.integers(0, 99)
USERS = tuple(person.id for person in tenant.USERS[:3])
SWITCHES = (
    "compliantAppsFeature",
    "strictAppInventory",
    "deviceQuery",
    "diagnostics",
    "locationOnRequestOnly",
)


class Scene(RuleBasedStateMachine):
    """Every rule sends a request, and tells the model what it ought to have done."""

    def __init__(self, prepared: Prepared, callers: dict[str, Claims]) -> None:
        """`prepared` is copied: every life begins with the development tenant and nothing else."""
        super().__init__()
        self._directory = tempfile.TemporaryDirectory(prefix="life-")
        self._prepared, folder = prepared, Path(self._directory.name)
        self.service = Service(prepared.copy(folder), callers)
        self.model = Model(dict.fromkeys(USERS), dict.fromkeys(SWITCHES, False))
        self.number = 0
        self.sent: set[str] = set()

    def teardown(self) -> None:
        """The database goes with the life."""
        self.service.close()
        self._prepared.databases.drop(Path(self._directory.name))
        self._directory.cleanup()

    def facts(self, names: frozenset[str] | None, chosen: int) -> dict[str, Any]:
        """The facts of a new report; `chosen` picks the hardware and the directory's id."""
        self.number += 1
        said = facts(names, self.number, chosen % 3, chosen // 3)
        self.sent |= marks(said)
        return said

    def device(self, chosen: int) -> Record:
        """A device that an admin sees."""
        return pick(self.model.visible(Workload.MDM), chosen)

    def is_there(self, user: str) -> bool:
        """Whether a person is in the directory, and not among its deleted items."""
        return self.model.users.get(user, 0) is None


def given(there: Callable[[Model], Any]) -> Callable[[T], T]:
    """A precondition: the step makes sense where `there` finds something in the model."""
    found: Callable[[T], T] = precondition(lambda scene: bool(there(scene.model)))
    return found


def pick(things: Iterable[K], chosen: int) -> K:
    """One of `things`, by number."""
    found = list(things)
    return found[chosen % len(found)]


with_devices = given(lambda model: model.visible(Workload.MDM))
