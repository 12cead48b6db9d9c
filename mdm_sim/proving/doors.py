"""The register of doors: how canaries go through each route of the service.

A later door joins by a line here. A route that no line names is reported and fails the proof, and
so does a line that names no route.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mdm_sim.proving.answers import plain_name
from mdm_sim.proving.routes import Route

# In a body: a new canary in each request.
CANARY = "\0canary"
EVERYTHING = ("*",)


@dataclass(frozen=True, slots=True)
class Door:
    """Routes by a pattern, their title in the report, and what they take.

    `keys` name the objects that the `{}` of a path stand for; `body` is one that the door takes.
    What an administrator writes in `keeps` is kept by a holder of the kind `holder`. Where many
    routes share a handler, all but some are treated in `brief`. A body is one of the `lines` of a
    door that takes those.

    A line that `is_modelled` is of routes that the type model answers: their keys and bodies follow
    from it, and `body` is what stands in those beside. Other lines are of other routes.
    """

    pattern: str
    title: str
    keys: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None
    keeps: tuple[str, ...] = ()
    holder: str = "document"
    form: bool = False
    brief: bool = False
    is_modelled: bool = False
    lines: bool = False


_ENROLLMENT = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
_ENROLLMENT_TOKEN = {"enrollmentType": "userEnrollment"}
_REGISTRATION = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "com.contoso.door"}}}
_CHECK_IN: dict[str, Any] = {"facts": {}, "results": []}
_KEY, _OF_NOBODY = {"key": CANARY}, {"deviceToken": CANARY}
_TOKEN = {
    "grant_type": "password",
    "client_id": CANARY,
    "client_secret": CANARY,
    "username": CANARY,
    "password": CANARY,
    "scope": CANARY,
    "client_assertion": CANARY,
    "refresh_token": CANARY,
    "state": CANARY,
    "code": CANARY,
}
_PAGE = {"code": CANARY, "username": CANARY, "password": CANARY, "choice": CANARY}
_PERSON = {
    "displayName": CANARY,
    "userPrincipalName": f"{CANARY}@mdmsim.example",
    "passwordProfile": {"password": CANARY},
    "mobilePhone": CANARY,
    "accountEnabled": True,
}
_DIRECTORY = {"displayName": CANARY, "deviceId": CANARY, "trustType": "Workplace"}
_PREVIEW = {
    "workload": "mdm",
    "ownership": "personal",
    "platform": "ios",
    "facts": {"deviceName": CANARY},
    "managedApps": [],
}
_BLOCK = {"scheduledActionConfigurations": [{"actionType": "block"}]}
_DEVICES = "deviceManagement/managedDevices"
_EXPORT = {"reportName": "Devices", "filter": f"(DeviceName eq '{CANARY}')", "format": "csv"}
_GROUP = {
    "displayName": CANARY,
    "description": CANARY,
    "mailNickname": CANARY,
    "mailEnabled": False,
    "securityEnabled": True,
}
_ORGANIZATION = {
    "technicalNotificationMails": [CANARY],
    "privacyProfile": {"contactEmail": CANARY},
}


def _needing(pattern: str, **body: Any) -> Door:
    """Routes that the type model answers, and what their bodies need beside it."""
    return Door(pattern, "Graph: documents", (), body, EVERYTHING, is_modelled=True)


# fmt: off
DOORS: tuple[Door, ...] = (
    Door("POST /mdm/v1/enrollments",            "devices", (), _ENROLLMENT),
    Door("POST /mdm/v1/check-ins",              "devices", (), _CHECK_IN),
    Door("POST /mdm/v1/enrollments:bulk",       "devices", (), _ENROLLMENT | _KEY, lines=True),
    Door("POST /mdm/v1/check-ins:bulk",         "devices", (), _CHECK_IN | _KEY | _OF_NOBODY,
         lines=True),
    Door("DELETE /mdm/v1/enrollments/self",     "devices"),
    Door("GET /mdm/v1/enrollments/self/receipts", "devices"),
    Door("POST /mdm/v1/enrollment-tokens",      "devices", (), _ENROLLMENT_TOKEN),
    Door("POST /mam/v1/registrations",          "apps", (), _REGISTRATION),
    Door("POST /mam/v1/check-ins",              "apps", (), _CHECK_IN),
    Door("DELETE /mam/v1/registrations/self",   "apps"),
    Door("GET /mam/v1/registrations/self/receipts", "apps"),
    Door("GET /privacy/v1/catalogue",           "privacy"),
    Door("GET /privacy/v1/settings",            "privacy"),
    Door("PATCH /privacy/v1/settings",          "privacy", (), {"deviceQuery": False}),
    Door("GET /privacy/v1/records/{}",          "privacy", ("device",)),
    Door("GET /privacy/v1/records/{}/receipts", "privacy", ("device",)),
    Door("POST /privacy/v1/preview",            "privacy", (), _PREVIEW),
    Door("GET /privacy/v1/rejudgement",         "privacy"),
    Door("POST /privacy/v1/pseudonyms/rotate",  "privacy", (), {}),
    Door("POST /privacy/v1/rights/export",      "privacy", (), {"userPrincipalName": CANARY}),
    Door("POST /privacy/v1/rights/erase",       "privacy", (), {"userPrincipalName": CANARY}),
    Door("POST /privacy/v1/tenant/close",       "privacy", (), {}),
    Door("POST /privacy/v1/tenant/reopen",      "privacy", (), {}),
    Door("POST /{}/oauth2*",                    "Entra ID", ("tenant",), _TOKEN, form=True),
    Door("* /{}/oauth2*",                       "Entra ID", ("tenant",)),
    Door("POST /devicelogin",                   "Entra ID", (), _PAGE, form=True),
    Door("GET /devicelogin",                    "Entra ID"),
    Door("GET /common/oauth2/nativeclient",     "Entra ID"),
    Door("* /oidc/userinfo",                    "Entra ID"),
    Door("GET /{}/.well-known/*",               "Entra ID", ("tenant",)),
    Door("GET /{}/v2.0/.well-known/*",          "Entra ID", ("tenant",)),
    Door("GET /{}/discovery/*",                 "Entra ID", ("tenant",)),
    Door("GET /common/discovery/instance",      "Entra ID"),
    Door("GET /common/userrealm/{}",            "Entra ID", ("user",)),
    Door("GET /healthz",                        "health"),
    Door("GET /readyz",                         "health"),
    Door("GET /openapi.json",                   "description"),
    Door("POST $batch",                         "Graph: batches", (), {"requests": []}),
    Door(f"PATCH {_DEVICES}/{{}}",              "Graph: devices", ("device",),
         {"managedDeviceName": CANARY}, ("managedDeviceName",), "managed name"),
    Door(f"POST {_DEVICES}/{{}}/createQuery", "Graph: device query", ("device",),
         {"query": CANARY}),
    Door(f"GET {_DEVICES}/{{}}/queryResults/{{}}", "Graph: device query", ("device",)),
    Door(f"* {_DEVICES}*",                      "Graph: devices", ("device",)),
    Door("* deviceManagement/comanagedDevices*", "Graph: devices", ("device",)),
    Door("* deviceAppManagement/managedAppStatuses*", "Graph: app registrations"),
    Door("POST deviceManagement/reports/exportJobs", "Graph: reports", (), _EXPORT),
    Door("* deviceManagement/reports/exportJobs*", "Graph: reports"),
    Door("GET /blobs/reports/{}/{}",            "Graph: reports", ("tenant",)),
    Door("* /blobs/apps/*",                     "Graph: apps' files", ("tenant",)),
    Door("POST users",                          "Graph: users", (), _PERSON,
         ("displayName", "userPrincipalName"), "user"),
    Door("PATCH users/{}",                      "Graph: users", ("users",),
         {"displayName": CANARY, "mobilePhone": CANARY}, ("displayName",), "user"),
    Door("* directory/deletedItems*",           "Graph: deleted users"),
    Door("* users/{}/exportDeviceAndAppManagementData*", "Graph: personal data", ("user",)),
    Door("* users*",                            "Graph: users", ("users",)),
    Door("GET me",                              "Graph: users"),
    Door("POST groups",                         "Graph: groups", (), _GROUP,
         ("displayName", "description", "mailNickname"), "group"),
    Door("PATCH groups/{}",                     "Graph: groups", ("groups",),
         {"displayName": CANARY, "description": CANARY}, ("displayName", "description"), "group"),
    Door("* groups*",                           "Graph: groups", ("groups",)),
    Door("* directoryObjects*",                 "Graph: directory", ("groups",)),
    Door("* directoryRoles*",                   "Graph: directory"),
    Door("* servicePrincipals*",                "Graph: directory"),
    Door("* applications*",                     "Graph: directory"),
    Door("* domains*",                          "Graph: directory"),
    Door("* subscribedSkus*",                   "Graph: directory"),
    Door("PATCH organization/*",                "Graph: directory", ("tenant",), _ORGANIZATION),
    Door("* organization*",                     "Graph: directory", ("tenant",)),
    Door("GET $metadata",                       "Graph: its model"),
    Door("GET ",                                "Graph: its model"),
    Door("POST devices",                        "Graph: directory devices", (), _DIRECTORY,
         ("displayName", "deviceId"), "directory"),
    Door("PATCH devices/{}",                    "Graph: directory devices", ("devices",),
         {"displayName": CANARY, "operatingSystemVersion": CANARY},
         ("displayName", "operatingSystemVersion"), "directory"),
    Door("* devices*",                          "Graph: directory devices", ("devices", "users")),
    _needing("POST deviceManagement/deviceCompliancePolicies", scheduledActionsForRule=[_BLOCK]),
    _needing("POST deviceManagement/deviceCompliancePolicies/microsoft.graph.*",
             scheduledActionsForRule=[_BLOCK]),
    _needing("* deviceManagement/managedDeviceCleanupRules*",
             deviceInactivityBeforeRetirementInDays=200),
    _needing("* deviceManagement/intents/*ettings*", valueJson=None),
    _needing("* deviceManagement/templates/*ettings*", valueJson=None),
    _needing("POST deviceManagement/roleDefinitions", rolePermissions=[]),
    _needing("POST deviceManagement/roleDefinitions/microsoft.graph.*", rolePermissions=[]),
    _needing("PATCH deviceManagement/roleDefinitions/{}", rolePermissions=[]),
    _needing("POST deviceManagement/*olicies/{}/settings",
             **{"settingDefinitions@odata.bind": []}),
    _needing("*"),
)
# fmt: on


def door_of(route: Route) -> Door | None:
    """The first line of the register that names a route."""
    name = plain_name(route)
    return next(
        (
            door
            for door in DOORS
            if door.is_modelled is route.is_modelled and fnmatchcase(name, door.pattern)
        ),
        None,
    )


def unregistered(routes: frozenset[Route]) -> list[Route]:
    """Routes of the service that no line names."""
    return sorted(route for route in routes if door_of(route) is None)


def idle(routes: frozenset[Route]) -> list[Door]:
    """Lines that name no route of the service."""
    used = {id(door_of(route)) for route in routes}
    return [door for door in DOORS if id(door) not in used]
