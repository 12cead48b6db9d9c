"""managedAppStatuses: reports on app protection, each a table of the registrations that there are.

Their options are free: `userId` names the user, `columns` the columns, `fetch` the most rows. A
name of a column that no report has is passed over, and not repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from sqlalchemy import ColumnElement, Connection, case, func, literal, select

from mdm_sim import access
from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.entities.app_registrations import identifier, of_tenant
from mdm_sim.graph.entities.app_views import applies
from mdm_sim.graph.routing import Route
from mdm_sim.messages import NotFound
from mdm_sim.store.tables import documents, fact, registrations, users

PATH = "deviceAppManagement/managedAppStatuses"
_READ = access.reading(access.APPS)
_TYPE = "#microsoft.graph.managedAppStatusRaw"
_MOST_ROWS, _MOST_COLUMNS = 6000, 50
_SOURCE = registrations.outerjoin(
    users,
    (users.c.tenant_id == registrations.c.tenant_id)
    & (users.c.id == registrations.c.user_id)
    & users.c.deleted_at.is_(None),
)


def _policy_names() -> ColumnElement[str]:
    name = func.json_extract(documents.c.document, "$.displayName")
    query = select(func.group_concat(name, ", ")).select_from(documents).where(applies())
    return query.correlate(registrations).scalar_subquery()


# fmt: off
_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "UserId":                registrations.c.user_id,
    "DisplayName":           users.c.display_name,
    "UserEmail":             users.c.user_principal_name,
    "ApplicationName":       identifier(),
    "ApplicationInstanceId": registrations.c.id,
    "ApplicationVersion":    fact(registrations, "applicationVersion"),
    "DeviceName":            fact(registrations, "deviceName"),
    "DeviceType":            fact(registrations, "deviceType"),
    "DeviceManufacturer":    fact(registrations, "manufacturer"),
    "DeviceModel":           fact(registrations, "model"),
    "AndroidPatchVersion":   literal(""),
    "AzureADDeviceId":       fact(registrations, "azureADDeviceId"),
    "MDMDeviceID":           registrations.c.device_id,
    "Platform":              registrations.c.platform,
    "PlatformVersion":       fact(registrations, "osVersion"),
    "ManagementLevel":       case((registrations.c.mdm_enrolled, "MDM"), else_="Unmanaged"),
    "PolicyName":            _policy_names(),
    "SDKVersion":            fact(registrations, "managementSdkVersion"),
    "Status":                registrations.c.management_state,
    "LastCheckInDate":       registrations.c.last_sync_at,
}
# fmt: on


@dataclass(frozen=True, slots=True)
class _Report:
    """A report: its name, its columns, and whether it is of one user alone or of everybody."""

    title: str
    columns: tuple[str, ...]
    of_user: bool = False
    has_rows: bool = True


_REPORTS = {
    "userstatus": _Report(
        "User status",
        (
            *("UserId", "DisplayName", "UserEmail", "ApplicationName", "ApplicationInstanceId"),
            *("DeviceName", "DeviceType", "PolicyName", "Status", "LastCheckInDate"),
        ),
        of_user=True,
    ),
    "userconfigstatus": _Report(
        "User configuration status",
        ("UserId", "DisplayName", "UserEmail", "ApplicationName", "DeviceName", "LastCheckInDate"),
        of_user=True,
        has_rows=False,
    ),
    "appregistrationsummary": _Report("App registration summary", tuple(_COLUMNS)),
    "managedAppList": _Report("Managed apps", ("ApplicationName", "Platform")),
    "windowsprotectionreport": _Report(
        "Windows information protection", ("UserId", "DeviceName"), has_rows=False
    ),
}
_BY_LOWER = {name.lower(): name for name in _REPORTS}


def _list(ask: Ask) -> Response:
    ask.require(_READ)
    items = [_item(name, None) for name in _REPORTS]
    return shown({"@odata.context": ask.context(PATH), "value": items})


def _count(ask: Ask) -> Response:
    ask.require(_READ)
    return Response(str(len(_REPORTS)), mimetype="text/plain")


def _one(ask: Ask) -> Response:
    ask.require(_READ)
    name = _BY_LOWER.get(ask.keys[0].lower())
    if name is None:
        message = "Resource not found."
        raise NotFound(message)
    report = _REPORTS[name]
    columns = _columns(report)
    with ask.read() as connection:
        body = _rows(connection, ask, report, columns) if report.has_rows else []
    content = {"header": columns, "body": [{"values": row} for row in body]}
    return shown({"@odata.context": ask.context(PATH, "$entity"), **_item(name, content)})


def _item(name: str, content: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "@odata.type": _TYPE,
        "id": name,
        "displayName": _REPORTS[name].title,
        "version": None,
        "content": content,
    }


def _option(name: str) -> str:
    return next((text for key, text in request.args.items() if key.lower() == name.lower()), "")


def _columns(report: _Report) -> list[str]:
    """The columns that are asked for, in their own spelling, or else the report's."""
    spelled = {name.lower(): name for name in _COLUMNS}
    asked = _option("columns").split(",")[:_MOST_COLUMNS]
    found = [spelled[each.strip().lower()] for each in asked if each.strip().lower() in spelled]
    return list(dict.fromkeys(found)) or list(report.columns)


def _rows(
    connection: Connection, ask: Ask, report: _Report, columns: Sequence[str]
) -> list[list[str]]:
    """The rows of a report as texts, each row once."""
    chosen = [_COLUMNS[name].label(name) for name in columns]
    query = select(*chosen).select_from(_SOURCE).where(*of_tenant(ask)).distinct()
    user_id = _option("userId")
    if user_id or report.of_user:
        query = query.where(registrations.c.user_id == user_id.lower())
    found = connection.execute(query.limit(_fetched()))
    return [[_text(name, value) for name, value in zip(columns, row, strict=True)] for row in found]


def _fetched() -> int:
    text = _option("fetch")
    is_number = text.isascii() and text.isdigit() and len(text) < len(str(_MOST_ROWS)) + 1
    return min(int(text), _MOST_ROWS) if is_number else _MOST_ROWS


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    return iso(value) if name == "LastCheckInDate" else str(value)


ROUTES = (
    Route("GET", PATH, _list),
    Route("GET", f"{PATH}/$count", _count),
    Route("GET", f"{PATH}/{{}}", _one),
)
