"""intents and templates: an intent is made from a template's settings and differs from it by some.

Settings are told apart by their definition; a value and its JSON say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response
from sqlalchemy.engine import Row

from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.documents.writing import alter, make, whole_id
from mdm_sim.graph.edm.checking import Checked, checked
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.entities import acting
from mdm_sim.graph.entities.settings_catalogue import name_of
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.work import Work

INTENTS, TEMPLATES = f"{DM}/intents", f"{DM}/templates"
_SETTINGS, _DEFAULTS = f"{INTENTS}/settings", f"{TEMPLATES}/settings"
_IN_CATEGORIES = f"{INTENTS}/categories/settings"
# A template's categories are an intent's, with the settings that it recommends.
_AS_INTENT = {
    "/categories/recommendedSettings": "/categories/settings",
    f"#{NAMESPACE}.deviceManagementTemplateSettingCategory": (
        f"#{NAMESPACE}.deviceManagementIntentSettingCategory"
    ),
}
_INTENT, _SETTING = "deviceManagementIntent", "deviceManagementSettingInstance"


def _both(_work: Work, spot: Spot, setting: Document) -> Mapping[str, Any]:
    """A setting with its value in both forms, by the one that changed."""
    before = spot.before or {}
    if "value" in setting and setting["value"] != before.get("value"):
        return {"valueJson": orjson.dumps(setting["value"]).decode()}
    text = setting.get("valueJson")
    if not isinstance(text, str) or text == before.get("valueJson"):
        return {}
    value = _parsed(text)
    return {"value": value} if isinstance(value, (bool, int, str)) else {}


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        message = "The valueJson has to be JSON."
        raise Malformed(message, [Detail("/valueJson", "JSON is expected")]) from None


BEHAVIOURS = (
    Behaviour(_SETTINGS, own=_both),
    Behaviour(_DEFAULTS, own=_both),
    Behaviour(_IN_CATEGORIES, own=_both),
    Behaviour(f"{TEMPLATES}/categories/recommendedSettings", own=_both),
)
_ALONE = acting.alone(BEHAVIOURS)


def _by_definition(work: Work, path: str, parent_id: str) -> dict[str, Row[Any]]:
    found = rows.children(work.connection, work.tenant_id, path, parent_id)
    return {str(acting.values_of(row).get("definitionId")): row for row in found}


def _checked(ask: Ask, given: Iterable[Any]) -> list[Checked]:
    known = model(ask.version)
    return [checked(known, known.types[_SETTING], each) for each in given]


def _merge(work: Work, intent_id: str, settings: Iterable[Checked]) -> None:
    """Put settings in the place of those of the same definition, in their categories too."""
    before = _by_definition(work, _SETTINGS, intent_id)
    categories = rows.children(work.connection, work.tenant_id, f"{INTENTS}/categories", intent_id)
    places = [whole_id(intent_id, row.id) for row in categories]
    held = [before, *(_by_definition(work, _IN_CATEGORIES, place) for place in places)]
    for each in settings:
        definition = str(each.values.get("definitionId"))
        if definition not in before:
            make(work, _ALONE, _SETTINGS, intent_id, each)
        for found in held:
            if definition in found:
                alter(work, _ALONE, found[definition], each)


def _create_instance(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """A new intent with the template's categories and settings, and what differs from them."""
    name = name_of(given)
    delta = _checked(ask, given.get("settingsDelta") or ())
    with ask.work() as work:
        template = acting.bound(work, target)
        intent_id = work.new_id()
        values = {
            "displayName": name,
            "description": given.get("description"),
            "roleScopeTagIds": given.get("roleScopeTagIds") or ["0"],
            "templateId": template.id,
        }
        kind = model(ask.version).types[_INTENT]
        rows.add(work, INTENTS, "", intent_id, kind, values)
        acting.copy_below(work, TEMPLATES, template.id, INTENTS, intent_id, _AS_INTENT)
        _merge(work, intent_id, delta)
        acting.note(work, target, "createInstance", values, audit.Task.CREATE)
        item = acting.fetched(work, ask, INTENTS, intent_id)
    return shown({"@odata.context": ask.context(INTENTS, "$entity"), **item})


def _update_settings(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    settings = _checked(ask, given.get("settings") or ())
    with ask.work() as work:
        _merge(work, acting.bound(work, target).id, settings)
        acting.note(work, target, "updateSettings", ["settings"], audit.Task.UPDATE)
    return done()


def _copy(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    changes = {"displayName": name_of(given), "description": given.get("description")}
    with ask.work() as work:
        copy_id = acting.copied(work, acting.bound(work, target), changes)
        acting.note(work, target, "createCopy", changes, audit.Task.CREATE)
        item = acting.fetched(work, ask, INTENTS, copy_id)
    return shown({"@odata.context": ask.context(INTENTS, "$entity"), **item})


def _migrate(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Another template's settings; the intent's own are kept where they are to be preserved."""
    template_id = str(given.get("newTemplateId") or "")
    with ask.work() as work:
        intent = acting.bound(work, target)
        rows.need(work.connection, work.tenant_id, TEMPLATES, "", template_id)
        defaults = _by_definition(work, _DEFAULTS, template_id)
        if not given.get("preserveCustomValues"):
            rows.remove_all(work, _SETTINGS, intent.id)
        own = _by_definition(work, _SETTINGS, intent.id)
        known = model(ask.version)
        for definition_id, row in defaults.items():
            if definition_id not in own:
                kind = known.find(row.odata_type) or known.types[_SETTING]
                rows.add(work, _SETTINGS, intent.id, work.new_id(), kind, acting.values_of(row))
        acting.put(work, intent, {"templateId": template_id})
        acting.note(work, target, "migrateToTemplate", ["templateId"], audit.Task.UPDATE)
    return done()


def _compare(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """What each setting is here and by default in a template."""
    template_id = str(given.get("templateId") or "")
    tenant_id, place = ask.who.tenant_id, target.place
    with ask.read() as connection:
        here = rows.need(connection, tenant_id, place.path, "", str(target.key))
        rows.need(connection, tenant_id, TEMPLATES, "", template_id)
        current = _json(rows.children(connection, tenant_id, f"{place.path}/settings", here.id))
        other = _json(rows.children(connection, tenant_id, _DEFAULTS, template_id))
    found = [
        {
            "id": name,
            "definitionId": name,
            "displayName": name,
            "currentValueJson": current.get(name),
            "newValueJson": other.get(name),
            "comparisonResult": _result(current.get(name), other.get(name)),
        }
        for name in dict.fromkeys((*current, *other))
    ]
    return acting.told_many(ask, "deviceManagementSettingComparison", found)


def _json(found: Iterable[Row[Any]]) -> dict[str, Any]:
    values = (acting.values_of(row) for row in found)
    return {str(each.get("definitionId")): each.get("valueJson") for each in values}


def _result(current: str | None, new: str | None) -> str:
    if current == new:
        return "equal"
    if new is None:
        return "removed"
    return "added" if current is None else "notEqual"


def _customized(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """The settings that are not as the intent's template has them."""
    tenant_id = ask.who.tenant_id
    with ask.read() as connection:
        intent = rows.need(connection, tenant_id, INTENTS, "", str(target.key))
        template_id = str(acting.values_of(intent).get("templateId"))
        own = _json(rows.children(connection, tenant_id, _SETTINGS, intent.id))
        defaults = _json(rows.children(connection, tenant_id, _DEFAULTS, template_id))
    found = [
        {"definitionId": name, "customizedJson": value, "defaultJson": defaults.get(name)}
        for name, value in own.items()
        if value != defaults.get(name)
    ]
    return acting.told_many(ask, "deviceManagementIntentCustomizedSetting", found)


SERVED = (
    Served("deviceManagementTemplate", "createInstance", _create_instance),
    Served("deviceManagementTemplate", "compare", _compare),
    Served(_INTENT, "updateSettings", _update_settings),
    Served(_INTENT, "createCopy", _copy),
    Served(_INTENT, "migrateToTemplate", _migrate),
    Served(_INTENT, "compare", _compare),
    Served(_INTENT, "getCustomizedSettings", _customized),
)
