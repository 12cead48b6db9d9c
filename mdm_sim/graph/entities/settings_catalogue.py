"""configurationPolicies and reusablePolicySettings: numbered settings, copies, priorities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response

from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.documents.writing import whole_id
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.work import Work

POLICIES = f"{DM}/configurationPolicies"
_REUSABLE = f"{DM}/reusablePolicySettings"
_NUMBERED = (f"{POLICIES}/settings", f"{DM}/compliancePolicies/settings")
_LONGEST_NAME = 1_000


def _next_number(path: str, work: Work, parent_id: str, _setting: Document) -> str:
    """Settings are numbered in the order in which they are given."""
    found = rows.children(work.connection, work.tenant_id, path, parent_id)
    return str(max((int(row.id) for row in found), default=-1) + 1)


def _define(path: str, work: Work, spot: Spot, setting: Document) -> Mapping[str, Any]:
    """A setting leads to the definitions of the catalogue that its instances name."""
    source, name = whole_id(spot.parent_id, spot.id), f"{path}/settingDefinitions"
    rows.release(work, name, source)
    for definition_id in dict.fromkeys(_definitions(setting.get("settingInstance"))):
        rows.refer(work, name, source, definition_id)
    return {}


def _definitions(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("settingDefinitionId"), str):
            yield value["settingDefinitionId"][:256]
        for inner in value.values():
            yield from _definitions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _definitions(inner)


def name_of(given: Mapping[str, Any]) -> str:
    """The name of a copy. Raises Malformed."""
    name = given.get("displayName")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        message = "The displayName of the copy is required."
        raise Malformed(message, [Detail("/displayName", "a string is expected")])
    return name


def _copy(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    changes = {"name": name_of(given), "description": given.get("description")}
    with ask.work() as work:
        copy_id = acting.copied(work, acting.bound(work, target), changes)
        acting.note(work, target, "createCopy", changes, audit.Task.CREATE)
        item = acting.fetched(work, ask, POLICIES, copy_id)
    return shown({"@odata.context": ask.context(POLICIES, "$entity"), **item})


def _reorder(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    priority = given.get("priority")
    if priority is None or priority < 0:
        message = "The priority has to be a number that is not negative."
        raise Malformed(message, [Detail("/priority", "a number is expected")])
    with ask.work() as work:
        row = acting.bound(work, target)
        acting.put(work, row, {"priorityMetaData": {"priority": priority}})
        acting.note(work, target, "reorder", ["priorityMetaData"], audit.Task.UPDATE)
    return done()


def _clone(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        copy_id = acting.copied(work, acting.bound(work, target), {})
        acting.note(work, target, "clone", (), audit.Task.CREATE)
        item = acting.fetched(work, ask, _REUSABLE, copy_id)
    return shown({"@odata.context": ask.context(_REUSABLE, "$entity"), **item})


def _numbered(path: str) -> Behaviour:
    def number(work: Work, parent_id: str, setting: Document) -> str:
        return _next_number(path, work, parent_id, setting)

    def define(work: Work, spot: Spot, setting: Document) -> Mapping[str, Any]:
        return _define(path, work, spot, setting)

    return Behaviour(path, numbered=number, own=define, order=acting.BY_NUMBER)


BEHAVIOURS = tuple(_numbered(path) for path in _NUMBERED)
SERVED = (
    Served("deviceManagementConfigurationPolicy", "createCopy", _copy),
    Served("deviceManagementConfigurationPolicy", "reorder", _reorder),
    Served("deviceManagementReusablePolicySetting", "clone", _clone),
)
