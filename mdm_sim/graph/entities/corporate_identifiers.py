"""importedDeviceIdentities: the devices that an admin lists as the organisation's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mdm_sim import ownership
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents.behaviours import Behaviour, Behaviours, Document
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.writing import make, record
from mdm_sim.graph.edm.checking import checked
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit

_MOST = 5_000
_TYPES = {"imei", "serialNumber", "manufacturerModelSerial"}


def _check(identity: Document) -> None:
    kind = identity.get("importedDeviceIdentityType")
    if kind not in _TYPES:
        message = "The importedDeviceIdentityType is not one that is served."
        wanted = "imei, serialNumber or manufacturerModelSerial"
        raise Malformed(message, [Detail("/importedDeviceIdentityType", wanted)])
    text = identity.get("importedDeviceIdentifier")
    if not isinstance(text, str) or not 0 < len(text) <= 384:
        message = "The importedDeviceIdentifier has to be a string."
        raise Malformed(message, [Detail("/importedDeviceIdentifier", "a string is expected")])


def _key(identity: Document) -> str:
    return ownership.identifier_key(
        identity["importedDeviceIdentityType"], identity["importedDeviceIdentifier"]
    )


_BEHAVIOUR = Behaviour(ownership.IDENTIFIERS, check=_check, key=_key)
_ALONE = Behaviours((_BEHAVIOUR,), {})


def _import(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Add many corporate identifiers at once, each with its own result."""
    identities = given.get("importedDeviceIdentities")
    if identities is None or len(identities) > _MOST:
        message = f"importedDeviceIdentities has to be a list of at most {_MOST}."
        raise Malformed(message, [Detail("/importedDeviceIdentities", "such a list is expected")])
    known, path = model(ask.version), target.place.path
    kind, result = target.place.kind, known.types["importedDeviceIdentityResult"]
    found = [checked(known, kind, each) for each in identities]
    results = []
    with ask.work() as work:
        for each in found:
            identity_id = make(work, _ALONE, path, "", each)
            record(work, target.place, audit.Task.CREATE, "Create", identity_id, each.names)
            told = {**each.values, "id": identity_id, "status": True}
            results.append(completed(known, result, told))
    context = ask.context("Collection(microsoft.graph.importedDeviceIdentityResult)")
    return shown({"@odata.context": context, "value": results})


BEHAVIOURS = (_BEHAVIOUR,)
SERVED = (Served("importedDeviceIdentity", "importDeviceIdentityList", _import),)
