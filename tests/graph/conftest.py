"""Short ways for the tests of Graph to ask, and a library of devices that is only read."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import conforming
from databases import Prepared
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

Headers = dict[str, str]
NEW_GROUP = {"mailEnabled": False, "mailNickname": "group", "securityEnabled": True}
CORPORATE, PERSONAL = "deviceEnrollmentManager", "unknown"

# What the library's devices say of themselves, by the letter that tests know them by.
# fmt: off
LIBRARY = {
    "A": ("ios",     CORPORATE, {"deviceName": "Alpha", "osVersion": "17.1", "serialNumber": "S-A",
                                 "totalStorageSpaceInBytes": 64_000, "jailBroken": False}),
    "B": ("android", PERSONAL,  {"deviceName": "beta", "osVersion": "9", "serialNumber": "S-B",
                                 "totalStorageSpaceInBytes": 32_000}),
    "C": ("macos",   CORPORATE, {"deviceName": "O'Brien's Mac", "osVersion": "14"}),
    "D": ("windows", PERSONAL,  {"serialNumber": "S-D"}),
    "E": ("ios",     PERSONAL,  {"deviceName": "Élodie", "osVersion": "17.1", "jailBroken": True}),
}
# fmt: on


def token(client: FlaskClient, **grant: str) -> Headers:
    """The Authorization header that a grant gives."""
    form = {"client_id": tenant.CLIENT_ID, "scope": "https://graph.microsoft.com/.default", **grant}
    answer = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form)
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


@pytest.fixture(scope="module")
def library(
    prepared: Prepared, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    """A service with five devices: `get` a path, `letters` of a list; tests only read from it."""
    url = prepared.copy(tmp_path_factory.mktemp("library"))
    app = create_app(Settings(url))
    client = conforming(app)
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    application = token(client, **secret)
    person = {"username": tenant.USERS[0].upn, "password": tenant.PASSWORD}
    user = token(client, grant_type="password", **person)
    ids = {}
    for letter, (platform, kind, facts) in LIBRARY.items():
        body = {"platform": platform, "enrollmentType": kind, "facts": facts}
        ids[letter] = client.post("/mdm/v1/enrollments", headers=user, json=body).json["id"]

    def get(url: str, *statuses: int, base_url: str | None = None, **options: Any) -> TestResponse:
        asked = {"query_string": options} if options else {}
        answer = client.get(url, headers=application, base_url=base_url, **asked)
        assert answer.status_code in (statuses or {200}), (url, options, answer.text)
        return answer

    def letters(answer: TestResponse) -> str:
        names = {record_id: letter for letter, record_id in ids.items()}
        return "".join(names[each["id"]] for each in answer.json["value"])

    yield SimpleNamespace(get=get, letters=letters, ids=ids)
    app.extensions["mdm_sim"].store.close()


@pytest.fixture
def graph(client: FlaskClient, sign_in: Callable[..., Headers]) -> Callable[..., Any]:
    """Ask Graph as the development application and insist on a status; returns the JSON."""
    application = sign_in()

    def asked(method: str, path: str, json: Any = None, status: int = 200) -> Any:
        url = path if path.startswith("/") else f"/v1.0/{path}"
        answer = client.open(url, method=method, headers=application, json=json)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data else None

    return asked


@pytest.fixture
def newest(graph: Callable[..., Any]) -> Callable[[], dict[str, Any]]:
    """The newest audit entry."""
    return lambda: dict(graph("GET", "deviceManagement/auditEvents?$top=1")["value"][0])


@pytest.fixture
def eventual(client: FlaskClient, sign_in: Callable[..., Headers]) -> Callable[[str], Any]:
    """Read from the directory's index as the development application; returns the JSON."""
    headers = {**sign_in(), "ConsistencyLevel": "eventual"}

    def asked(path: str) -> Any:
        answer = client.get(f"/v1.0/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json if answer.is_json else int(answer.text)

    return asked


@pytest.fixture
def group(graph: Callable[..., Any]) -> Callable[..., str]:
    """Make a group, with members by id; returns its id."""

    def made(*members: str, name: str = "Group", **changes: Any) -> str:
        body = {**NEW_GROUP, "displayName": name, **changes}
        found = graph("POST", "groups", body, 201)["id"]
        for each in members:
            graph(
                "POST",
                f"groups/{found}/members/$ref",
                {"@odata.id": f"directoryObjects/{each}"},
                204,
            )
        return str(found)

    return made


@pytest.fixture
def ids(graph: Callable[..., Any]) -> Callable[[str], set[str]]:
    """The ids that a list shows, through all of its pages."""

    def listed(path: str) -> set[str]:
        found: list[str] = []
        page = graph("GET", path)
        while True:
            found += [each["id"] for each in page["value"]]
            if "@odata.nextLink" not in page:
                break
            page = graph("GET", page["@odata.nextLink"].removeprefix("http://localhost"))
        assert len(found) == len(set(found))
        return set(found)

    return listed
