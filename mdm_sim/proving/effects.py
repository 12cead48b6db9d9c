"""What an operation does to documents, by the harness's own account."""

from __future__ import annotations

from dataclasses import dataclass, field

from mdm_sim.graph.edm.model import Operation
from mdm_sim.proving.account import Account, Given, holder_at
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.operations import COPYING, EVERYTHING, KEEPING, MAKING, REMOVING, REPLACING
from mdm_sim.proving.stage import Made, Stage
from mdm_sim.proving.ways import Way
from mdm_sim.remote_actions import ACTIONS


@dataclass(slots=True)
class Effect:
    """An operation on the way to its object: prepared before it is asked, followed afterwards."""

    stage: Stage
    account: Account
    way: Way
    operation: Operation
    path: str = ""
    _set: str = ""
    _before: set[str] = field(default_factory=set)

    def prepare(self, path: str) -> None:
        """`path` is the operation's own. Where it makes objects, those that are there already."""
        self.path = path.rpartition("/")[0]
        name = self.operation.name
        if name in MAKING:
            self._set = self.path
        elif name in COPYING:
            version = f"/{self.way.known.version}"
            self._set = f"{version}/{COPYING[name]}" if COPYING[name] else self._own_set()
        self._before = self._ids()

    def _own_set(self) -> str:
        return self.path.rpartition("/")[0]

    def _ids(self) -> set[str]:
        if not self._set:
            return set()
        told = self.stage.callers.ask("GET", f"{self._set}?$select=id&$top=999")
        return {str(each["id"]) for each in told["value"]}

    def follow(self, given: Given, answer: Answer) -> None:
        """What was given for the parameters is held where it belongs, or nowhere."""
        name, is_action = self.operation.name, self.operation.is_action
        if self.way.target.kind.is_a("managedDevice"):
            kept = ACTIONS[name].parameters if name in ACTIONS else ()
            self._keep(("orders", answer.subject), {n: given[n] for n in kept if n in given})
        elif self._set:
            self._made(given, answer.tick)
        elif name in REPLACING:
            self._replaced(given)
        elif name in REMOVING:
            self.account.forget(self.path)
        elif is_action:
            self.account.altered(self.path, below=name in KEEPING)
            names = KEEPING.get(name, ())
            kept = tuple(given) if names == EVERYTHING else names
            self._keep(
                holder_at(self.path, answer.subject), {n: given[n] for n in kept if n in given}
            )

    def _keep(self, holder: tuple[str, str], given: Given) -> None:
        named = {f"{self.operation.name}/{name}": numbers for name, numbers in given.items()}
        self.account.hold(holder, named)

    def _made(self, given: Given, tick: int) -> None:
        """New objects hold the parameters, and a copy what its original and all below it holds."""
        copied = self.account.held_at(self.path) if self.operation.name in COPYING else set()
        for object_id in self._ids() - self._before:
            path = f"{self._set}/{object_id}"
            made = Made(path, holder_at(path, object_id), is_document=True)
            self.account.written(made, {**given, "": copied}, tick)

    def _replaced(self, given: Given) -> None:
        """Lists are in the places of what was below the object: those that have such a place."""
        kind = self.account.kind_at(self.path, self.way.target.kind)
        for name, shape in self.operation.parameters.items():
            for navigation in kind.navigations.values():
                if navigation.kind == shape.kind and shape.is_collection:
                    path = f"{self.path}/{navigation.name}"
                    self.account.forget(path)
                    holder = holder_at(self.path, self.path.rpartition("/")[2])
                    self.account.hold(holder, {navigation.name: given[name]})
