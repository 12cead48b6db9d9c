"""exportDeviceAndAppManagementData: everything that is held on a user, as sets of entities.

Graph types its `content` as a stream: here it is the JSON of what `rights.held` tells, each part
a set with a `displayName` and its `data`; in base64 as SDKs read it, and under `/content` as it
is. With `skip` and `top` it holds a part of the devices and apps.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import orjson
from flask import Response

from mdm_sim import access, rights
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Malformed
from mdm_sim.store import audit

_PATH = "users/{}/exportDeviceAndAppManagementData"
_TYPE = "microsoft.graph.deviceAndAppManagementData"
# What Intune calls the sets; others are called after what they hold.
_NAMES = {"directoryEntry": "Users", "managedDevices": "Devices"}
_PART = re.compile(r"^(?:skip=)?(\d{1,9}),top=(\d{1,9})$")


def _export(ask: Ask) -> Response:
    content = base64.b64encode(orjson.dumps(_sets(ask))).decode()
    body = {"@odata.context": ask.context(_TYPE), "@odata.type": f"#{_TYPE}", "content": content}
    return shown(body)


def _content(ask: Ask) -> Response:
    return shown({"@odata.context": ask.context("Edm.Untyped"), **_sets(ask)})


def _sets(ask: Ask) -> dict[str, Any]:
    """What is held as a collection of sets; what is no set of its own is told of the export."""
    held = _held(ask)
    plain = {name: told for name, told in held.items() if not isinstance(told, (list, dict))}
    parts = {"export": plain, **{name: told for name, told in held.items() if name not in plain}}
    sets = [
        {
            "displayName": _NAMES.get(name, name[0].upper() + name[1:]),
            "data": told if isinstance(told, list) else [told],
        }
        for name, told in parts.items()
    ]
    return {"value": sets}


def _held(ask: Ask) -> dict[str, Any]:
    ask.require(access.reading(access.SERVICE), access.reading(access.CONFIGURATION))
    user_id = user_id_of(ask, ask.keys[0])
    part = _part(ask.keys[1]) if len(ask.keys) > 1 else slice(None)
    with ask.work() as work:
        person = rights.find(work.connection, work.tenant_id, user_id)
        held = rights.held(work.connection, person, work.now)
        kind = ("Other", "User", user_id)
        work.record(audit.Entry(audit.Task.MANAGE, "exportDeviceAndAppManagementData User", *kind))
    records = [(name, record) for name in _KINDS for record in held[name]][part]
    return held | {name: [record for kind, record in records if kind == name] for name in _KINDS}


_KINDS = ("managedDevices", "managedAppRegistrations")


def _part(text: str) -> slice:
    """`skip=…,top=…` as a slice. Raises Malformed."""
    found = _PART.match(text.replace(" ", ""))
    if found is None:
        message = "skip and top have to be numbers."
        raise Malformed(message)
    skip, top = int(found[1]), int(found[2])
    return slice(skip, skip + top)


ROUTES = (
    Route("GET", _PATH, _export),
    Route("GET", f"{_PATH}/content", _content),
    Route("GET", f"{_PATH}/{{}}", _export),
    Route("GET", f"{_PATH}/{{}}/content", _content),
)
