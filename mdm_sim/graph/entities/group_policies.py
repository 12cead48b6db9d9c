"""groupPolicyConfigurations and uploaded definition files: values changed together, languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mdm_sim.clock import instant
from mdm_sim.graph.asking import Ask, done
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Handler, Served
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.documents.writing import alter, make, whole_id
from mdm_sim.graph.edm.checking import Checked, checked
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.work import Work

CONFIGURATIONS = f"{DM}/groupPolicyConfigurations"
_VALUES = f"{CONFIGURATIONS}/definitionValues"
_UPLOADED = f"{DM}/groupPolicyUploadedDefinitionFiles"
_FILE = "groupPolicyUploadedDefinitionFile"
_LANGUAGES = "groupPolicyUploadedLanguageFiles"


def _update_values(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Add, change and remove values of definitions in one transaction."""
    known = model(ask.version)
    kind = known.types["groupPolicyDefinitionValue"]
    added = [checked(known, kind, each) for each in given.get("added") or ()]
    updated = [checked(known, kind, each) for each in given.get("updated") or ()]
    if not all(each.key for each in updated):
        message = "A value that is updated needs its id."
        raise Malformed(message, [Detail("/updated", "objects with an id are expected")])
    with ask.work() as work:
        configuration = acting.bound(work, target)
        whole = configuration.id
        for value_id in given.get("deletedIds") or ():
            rows.need(work.connection, work.tenant_id, _VALUES, whole, value_id)
            rows.remove(work, _VALUES, whole, value_id)
        for each in updated:
            key = str(each.key)
            row = rows.need(work.connection, work.tenant_id, _VALUES, whole, key)
            alter(work, acting.NOTHING, row, each)
        for each in added:
            _remove_others(work, whole, each)
            make(work, acting.NOTHING, _VALUES, whole, each)
        acting.put(work, configuration, {})
        acting.note(work, target, "updateDefinitionValues", given, audit.Task.UPDATE)
    return done()


def _remove_others(work: Work, whole: str, added: Checked) -> None:
    """A configuration has one value for a definition: the last that was added."""
    wanted = added.bound.get("definition")
    for row in rows.children(work.connection, work.tenant_id, _VALUES, whole):
        source = whole_id(whole, row.id)
        named = rows.targets(work.connection, work.tenant_id, f"{_VALUES}/definition", source)
        if wanted and list(named) == wanted:
            rows.remove(work, _VALUES, whole, row.id)


def _uploaded(work: Work, spot: Spot, _file: Document) -> Mapping[str, Any]:
    """A file is read as soon as it is there."""
    before = spot.before or {}
    when = before.get("uploadDateTime", instant(work.now))
    return {"status": before.get("status", "available"), "uploadDateTime": when}


def _languages(
    change: str,
) -> Handler:
    """An action on a file's language files: `add`, `update` or `remove` those that are given."""

    def handle(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
        with ask.work() as work:
            row = acting.bound(work, target)
            held = _by_code(acting.values_of(row).get(_LANGUAGES) or [])
            named = _by_code(given.get(_LANGUAGES) or [])
            if change == "remove":
                held = {code: each for code, each in held.items() if code not in named}
            else:
                stamped = {"lastModifiedDateTime": instant(work.now)}
                held |= {code: {**each, **stamped} for code, each in named.items()}
            codes = [str(each.get("languageCode") or "") for each in held.values()]
            acting.put(work, row, {_LANGUAGES: list(held.values()), "languageCodes": codes})
            acting.note(work, target, f"{change}LanguageFiles", [_LANGUAGES], audit.Task.UPDATE)
        return done()

    return handle


def _by_code(files: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(each.get("languageCode") or each.get("fileName") or ""): each for each in files}


def _new_version(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        row = acting.bound(work, target)
        changes = {name: value for name, value in given.items() if value is not None}
        changes |= {"status": "available", "uploadDateTime": instant(work.now)}
        acting.put(work, row, changes)
        acting.note(work, target, "uploadNewVersion", given, audit.Task.UPDATE)
    return done()


def _remove(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        row = acting.bound(work, target)
        rows.remove(work, _UPLOADED, "", row.id)
        acting.note(work, target, "remove", (), audit.Task.DELETE)
    return done()


BEHAVIOURS = (Behaviour(_UPLOADED, own=_uploaded),)
SERVED = (
    Served("groupPolicyConfiguration", "updateDefinitionValues", _update_values),
    Served(_FILE, "uploadNewVersion", _new_version),
    Served(_FILE, "remove", _remove),
    *(
        Served(_FILE, f"{change}LanguageFiles", _languages(change))
        for change in ("add", "update", "remove")
    ),
)
