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
    routes share a handler, all but some are treated in `brief`.

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


_ENROLLMENT = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
_ENROLLMENT_TOKEN = {"enrollmentType": "userEnrollment"}
_REGISTRATION = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "com.contoso.door"}}}
_CHECK_IN: dict[str, Any] = {"facts": {}, "results": []}
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
_LOST = {"message": CANARY, "phoneNumber": CANARY, "footer": CANARY}


def _needing(pattern: str, **body: Any) -> Door:
    """Routes that the type model answers, and what their bodies need beside it."""
    return Door(pattern, "Graph: documents", (), body, EVERYTHING, is_modelled=True)


def _order(action: str, body: Mapping[str, Any]) -> Door:
    pattern = f"POST {_DEVICES}/{{}}/{action}"
    return Door(pattern, "Graph: remote actions", ("device",), body, tuple(body), "orders")


# fmt: off
DOORS: tuple[Door, ...] = (
    Door("POST /mdm/v1/enrollments",            "devices", (), _ENROLLMENT),
    Door("POST /mdm/v1/check-ins",              "devices", (), _CHECK_IN),
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
    _order("enableLostMode", _LOST),
    _order("setDeviceName", {"deviceName": CANARY}),
    _order("wipe", {"macOsUnlockCode": CANARY}),
    _order("sendCustomNotificationToCompanyPortal",
           {"notificationTitle": CANARY, "notificationBody": CANARY}),
    Door(f"POST {_DEVICES}/{{}}/createQuery", "Graph: device query", ("device",),
         {"query": CANARY}),
    Door(f"GET {_DEVICES}/{{}}/queryResults/{{}}", "Graph: device query", ("device",)),
    Door(f"POST {_DEVICES}/{{}}/*", "Graph: remote actions", ("device",), {}, brief=True),
    Door(f"* {_DEVICES}*",                      "Graph: devices", ("device",)),
    Door("* deviceManagement/detectedApps*",    "Graph: detected apps", ("device",)),
    Door("* deviceManagement/auditEvents*",     "Graph: audit events", ("device",)),
    Door("* deviceAppManagement/managedAppRegistrations*", "Graph: app registrations", ("app",)),
    Door("POST users",                          "Graph: users", (), _PERSON,
         ("displayName", "userPrincipalName"), "user"),
    Door("PATCH users/{}",                      "Graph: users", ("users",),
         {"displayName": CANARY, "mobilePhone": CANARY}, ("displayName",), "user"),
    Door("POST users/{}/wipeManagedAppRegistration*", "Graph: app registrations", ("users",),
         {"deviceTag": CANARY}),
    Door("* directory/deletedItems*",           "Graph: deleted users"),
    Door("* users/{}/exportDeviceAndAppManagementData*", "Graph: personal data", ("user",)),
    Door("* users*",                            "Graph: users", ("users",)),
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
    _needing("*"),
)
# Operations that put what is given in the place of what was below an object, and ones that make
# objects of it. Of what is given to any other operation nothing is kept.
REPLACING = frozenset({"assign", "targetApps", "scheduleActionsForRules", "setScheduledActions",
                       "updateRelationships", "changeSettings"})
MAKING = frozenset({"importDeviceIdentityList"})
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
