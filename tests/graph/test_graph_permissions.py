"""Who may ask what: each route for applications with and without a role, admins, users, devices."""

from fnmatch import fnmatch

import orjson
import pytest
from sqlalchemy import select, update

from mdm_sim import tenant
from mdm_sim.graph.door import ROUTES
from mdm_sim.store.tables import clients

UNKNOWN = "11111111-2222-4333-8444-555555555555"
READ, WRITE = "Read.All", "ReadWrite.All"
DEVICES, APPS = "DeviceManagementManagedDevices", "DeviceManagementApps"
SERVICE, CONFIGURATION = "DeviceManagementServiceConfig", "DeviceManagementConfiguration"
ORDERS = f"{DEVICES}.PrivilegedOperations.All"

# fmt: off
AREAS = {
    "users/{}/managedDevices":                       DEVICES,
    "deviceManagement/managedDevices":               DEVICES,
    "deviceManagement/detectedApps":                 DEVICES,
    "deviceManagement/comanagedDevices":             DEVICES,
    "deviceManagement/reports":                      CONFIGURATION,
    "deviceManagement/auditEvents":                  APPS,
    "deviceAppManagement/mobileApps":                APPS,
    "deviceAppManagement/managedAppStatuses":        APPS,
    "deviceAppManagement/managedAppRegistrations":   APPS,
    "deviceAppManagement/androidManagedAppProtections": APPS,
    "deviceAppManagement/iosManagedAppProtections":  APPS,
    "deviceAppManagement/windowsManagedAppProtections": APPS,
    "deviceManagement/deviceCompliancePolicies":     CONFIGURATION,
    "deviceManagement/mobileThreatDefenseConnectors": SERVICE,
    "deviceManagement/importedDeviceIdentities":     SERVICE,
    "deviceManagement/managedDeviceCleanupRules":    DEVICES,
    "directory/deletedItems":                        "User",
    "users":                                         "User",
    "devices":                                       "Device",
    "groups":                                        "Group",
    "organization":                                  "Organization",
    "subscribedSkus":                                "Organization",
    "domains":                                       "Domain",
    "applications":                                  "Application",
    "servicePrincipals":                             "Application",
    "directoryRoles":                                "Directory",
    "directoryObjects":                              "Directory",
}
EXCEPTIONS = {
    "users/{}/managedAppRegistrations":                    f"{APPS}.{READ}",
    "users/{}/exportDeviceAndAppManagementData":           f"{SERVICE}.{READ}",
    "users/{}/exportDeviceAndAppManagementData/content":   f"{SERVICE}.{READ}",
    "users/{}/exportDeviceAndAppManagementData/{}":        f"{SERVICE}.{READ}",
    "users/{}/exportDeviceAndAppManagementData/{}/content": f"{SERVICE}.{READ}",
    "users/{}/wipeManagedAppRegistrationsByDeviceTag":     f"{APPS}.{WRITE}",
    "users/{}/wipeManagedAppRegistrationByDeviceTag":      f"{APPS}.{WRITE}",
}
# fmt: on
CHECKS = ("getMemberGroups", "getMemberObjects", "checkMemberGroups", "checkMemberObjects")
EXCEPTIONS |= {
    f"{path}/{{}}/{name}": f"{AREAS[path]}.{READ}"
    for path in ("users", "groups", "devices", "servicePrincipals", "directoryObjects")
    for name in CHECKS
}
EXCEPTIONS |= {"directoryObjects/getByIds": f"Directory.{READ}"}
EXCEPTIONS |= {f"directory/deletedItems/group{tail}": f"Group.{READ}" for tail in ("", "/$count")}
OF_GROUPS = {f"Group.{READ}", f"GroupMember.{READ}"}
DELETED = {"directory/deletedItems", "directory/deletedItems/{}"}
OF_REPORTS = (CONFIGURATION, APPS, DEVICES)
# Methods, patterns of paths, and the roles that open them as well.
ALSO = (
    ("GET", "deviceManagement/reports/*", {f"{area}.{READ}" for area in OF_REPORTS}),
    ("POST", "deviceManagement/reports/*", {f"{area}.{READ}" for area in OF_REPORTS}),
    ("DELETE", "deviceManagement/reports/*", {f"{area}.{WRITE}" for area in OF_REPORTS}),
    ("GET", "groups*", OF_GROUPS),
    ("GET", "directory/deletedItems/group*", OF_GROUPS),
    ("GET", "users/{}/*emberOf*", OF_GROUPS),
    ("POST", "*/getMember*", OF_GROUPS),
    ("POST", "*/checkMember*", OF_GROUPS),
    ("*", "groups/{}/*/$ref", {f"GroupMember.{WRITE}"}),
    ("DELETE", "directory/deletedItems/*", {f"Group.{WRITE}"}),
    ("POST", "directory/deletedItems/*", {f"Group.{WRITE}"}),
)
# The areas of the directory, which its own role opens whole, and their paths.
OF_DIRECTORY = {"User", "Device", "Group", "Organization", "Domain", "Application", "Directory"}


def roles(method: str, path: str) -> set[str]:
    """The roles that open a route."""
    needed = permission(method, path)
    also = [
        found for how, pattern, found in ALSO if fnmatch(f"{method} {path}", f"{how} {pattern}")
    ]
    found = {needed}.union(*also, OF_GROUPS if method == "GET" and path in DELETED else set())
    area, _, rest = needed.partition(".")
    return found | ({f"Directory.{rest}"} if area in OF_DIRECTORY else set())


def code(path: str) -> str:
    """What a caller is told who may not."""
    area = permission("GET", path).partition(".")[0]
    return "Authorization_RequestDenied" if area in OF_DIRECTORY else "Forbidden"


def permission(method: str, path: str) -> str:
    """The permission that a route needs, by the table of areas."""
    if path in EXCEPTIONS:
        return EXCEPTIONS[path]
    area = next(area for start, area in AREAS.items() if f"{path}/".startswith(f"{start}/"))
    if "managedDevices/{}/" in path and not path.endswith("$ref"):
        return ORDERS
    return f"{area}.{READ if method == 'GET' else WRITE}"


EVERY = sorted(
    {(route.method, route.path) for each in ROUTES._routes.values() for route, _ in each}
)


@pytest.fixture
def ask(client):
    """Ask a route for an object that is not there; returns status and code."""

    def asked(method, path, headers):
        url = f"/beta/{path.replace('{}', UNKNOWN)}"
        body = {} if method in {"POST", "PATCH", "PUT"} else None
        answer = client.open(url, method=method, headers=headers, json=body)
        code = answer.json["error"]["code"] if answer.status_code >= 400 else ""
        return answer.status_code, code

    return asked


@pytest.fixture
def application(desk, client):
    """The development application, with these roles only."""

    def with_roles(*roles):
        with desk.store.write() as connection:
            held = orjson.dumps(roles).decode()
            connection.execute(update(clients).values(roles=held))
        form = {
            "grant_type": "client_credentials",
            "client_id": tenant.CLIENT_ID,
            "client_secret": tenant.CLIENT_SECRET,
            "scope": "https://graph.microsoft.com/.default",
        }
        token = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form).json
        return {"Authorization": f"Bearer {token['access_token']}"}

    return with_roles


def test_every_route_needs_a_token_and_devices_have_none(ask, enroll, register):
    callers = ({}, {"Authorization": "Bearer x.y.z"}, enroll()["headers"], register()["headers"])
    for method, path in EVERY:
        for headers in callers:
            assert ask(method, path, headers) == (401, "InvalidAuthenticationToken")


def test_an_ordinary_user_is_forbidden_everything(ask, user, dump):
    before = dump()
    for method, path in EVERY:
        assert ask(method, path, user) == (403, code(path)), path
    assert dump() == before


def test_an_application_without_a_role_is_forbidden_everything(ask, application):
    headers = application()
    for method, path in EVERY:
        assert ask(method, path, headers) == (403, code(path)), path


@pytest.mark.parametrize(
    "role", sorted({permission(method, path) for method, path in EVERY}), ids=str
)
def test_a_role_opens_its_own_routes_and_no_others(ask, application, role):
    headers = application(role)
    held = {role, role.replace("ReadWrite", "Read")}
    for method, path in EVERY:
        needed = roles(method, path)
        needed |= {f"{DEVICES}.{WRITE}"} if path.endswith("/wipe") else set()
        is_export = "/exportDeviceAndAppManagementData" in path
        needed |= {f"{CONFIGURATION}.{READ}"} if is_export else set()
        is_forbidden = ask(method, path, headers)[0] == 403
        assert is_forbidden is not bool(held & needed), (method, path)


@pytest.mark.parametrize("role", ["Directory.ReadWrite.All"])
def test_the_directorys_role_opens_users_and_devices(ask, application, role):
    headers = application(role)
    assert ask("GET", "users", headers)[0] == 200
    assert ask("GET", "devices", headers)[0] == 200
    assert ask("GET", "deviceManagement/managedDevices", headers)[0] == 403


def test_an_administrator_may_ask_everything(ask, admin):
    for method, path in EVERY:
        assert ask(method, path, admin)[0] in {200, 201, 204, 400, 404}, path


def test_an_administrators_token_is_no_wider_than_its_scope(ask, sign_in):
    scope = f"https://graph.microsoft.com/{APPS}.Read.All"
    headers = sign_in(tenant.ADMIN.upn, scope)
    assert ask("GET", "deviceAppManagement/mobileApps", headers)[0] == 200
    assert ask("POST", "deviceAppManagement/mobileApps", headers)[0] == 403
    assert ask("GET", "deviceManagement/managedDevices", headers)[0] == 403


def test_a_refusal_names_the_scopes_that_would_do(client, application):
    headers = application()
    error = client.get("/v1.0/deviceManagement/managedDevices", headers=headers).json["error"]
    assert f"{DEVICES}.Read.All" in error["message"]
    assert f"{DEVICES}.ReadWrite.All" in error["message"]


def test_roles_live_in_the_store_alone(desk):
    query = select(clients.c.roles).where(clients.c.id == tenant.CLIENT_ID)
    with desk.store.read() as connection:
        [roles] = connection.execute(query).scalars()
    assert set(orjson.loads(roles)) == set(tenant.PERMISSIONS)
