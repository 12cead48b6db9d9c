"""The sixty endpoints of Graph that Intune's tools use most, with the verbs and options they use.

Each answer is compared with what follows from the plain list: which objects, in which order, with
which properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import conforming
from databases import Prepared
from graph.conftest import token
from graph.graph_scene import Scene
from graph.graph_tables import ASSIGNED, CORPORATE, DM, LISTS, MADE_ELSEWHERE, OBJECTS, Item

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings


@pytest.fixture(scope="module")
def scene(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A service whose tenant has three objects in every set, and three devices."""
    url = prepared.copy(tmp_path_factory.mktemp("most-used"))
    app = create_app(Settings(url))
    client = conforming(app)
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    found = Scene(client=client, headers=token(client, **secret), made={})
    sets = {(version, path) for version, path, *_ in (*LISTS, *OBJECTS, *ASSIGNED)}
    for version, each in sorted(sets, key=lambda pair: (pair[1], pair[0])):
        if each not in MADE_ELSEWHERE:
            found.made[version, each] = [found.make(version, each, turn) for turn in range(3)]
    person = {"username": tenant.USERS[0].upn, "password": tenant.PASSWORD}
    user = token(client, grant_type="password", **person)
    for name in ("c phone", "a phone", "b phone"):
        facts = {"deviceName": name, "serialNumber": name[0], "osVersion": "17.1"}
        sent = {"platform": "ios", "enrollmentType": CORPORATE, "facts": facts}
        assert client.post("/mdm/v1/enrollments", headers=user, json=sent).status_code == 201
    for name in ("b team", "a team", "c team"):
        given = {"displayName": name, "mailNickname": name[0], "mailEnabled": False}
        found.ask("POST", "/v1.0/groups", {**given, "securityEnabled": True})
    for number in range(3):
        device_id = f"00000000-0000-4000-8000-00000000000{number}"
        found.ask("POST", "/v1.0/devices", {"displayName": f"{number} pc", "deviceId": device_id})
    yield found
    app.extensions["mdm_sim"].store.close()


@pytest.mark.parametrize(("version", "path", "name", "expands"), LISTS)
def test_a_list_answers_every_option_as_its_plain_list_says(
    scene: Scene, version: str, path: str, name: str, expands: tuple[str, ...]
) -> None:
    url = f"/{version}/{path}"
    plain = scene.every(url)
    assert plain
    names = {each["id"]: each[name] for each in plain}
    told = next(text for text in names.values() if text)
    quoted = told.replace("'", "''")

    first = scene.ask("GET", url, **{"$top": "1"})
    assert (len(first["value"]), "@odata.nextLink" in first) == (1, len(plain) > 1)
    assert sorted(each["id"] for each in scene.every(url, **{"$top": "2"})) == sorted(names)

    for chosen in scene.every(url, **{"$select": f"id,{name}"}):
        assert chosen.keys() - {"@odata.type"} == {"id", name}
        assert chosen[name] == names[chosen["id"]]

    filters: dict[str, Callable[[str], bool]] = {
        f"{name} eq '{quoted}'": lambda text: text == told,
        f"contains({name},'{quoted[1:6]}')": lambda text: told[1:6].lower() in text.lower(),
        f"startsWith({name}, 'A')": lambda text: text.lower().startswith("a"),
        f"not startswith({name},'a')": lambda text: not text.lower().startswith("a"),
    }
    for text, holds in filters.items():
        found = {each["id"] for each in scene.every(url, **{"$filter": text})}
        assert found == {key for key, each in names.items() if holds(each or "")}, text

    ordered = [each[name] or "" for each in scene.every(url, **{"$orderby": name})]
    assert ordered == sorted(ordered, key=str.lower) or ordered == sorted(ordered)
    backwards = [each[name] or "" for each in scene.every(url, **{"$orderby": f"{name} desc"})]
    assert backwards == ordered[::-1]

    eventual = scene.client.get(
        url,
        headers={**scene.headers, "ConsistencyLevel": "eventual"},
        query_string={"$count": "true", "$top": "1"},
    )
    assert eventual.json["@odata.count"] == len(plain)
    for expand in expands:
        for item in scene.every(url, **{"$expand": expand}):
            inner = scene.ask("GET", f"{url}/{item['id']}/{expand}")
            alone = inner["value"] if isinstance(item[expand], list) else inner
            assert _plain(item[expand]) == _plain(alone)


def _plain(value: Any) -> Any:
    """Without the context, which a list and an object have and what is expanded has beside it."""
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != "@odata.context"}
    return value


@pytest.mark.parametrize(("version", "path", "verbs", "changed"), OBJECTS)
def test_an_object_is_read_changed_and_removed_as_tools_do(
    scene: Scene, version: str, path: str, verbs: str, changed: str
) -> None:
    url = f"/{version}/{path}"
    key = scene.every(url)[-1]["id"] if path in MADE_ELSEWHERE else scene.make(version, path, 8)
    one = scene.ask("GET", f"{url}/{key}")
    assert _plain(one) == next(
        each if path != f"{DM}/managedDevices" else _plain(one)
        for each in scene.every(url)
        if each["id"] == key
    )
    assert _plain(scene.ask("GET", f"{url}('{key}')")) == _plain(one)
    some = scene.ask("GET", f"{url}/{key}", **{"$select": f"id,{changed}".rstrip(",")})
    assert some[changed or "id"] == one[changed or "id"]
    if "PATCH" in verbs:
        given = {"@odata.type": one["@odata.type"]} if "@odata.type" in one else {}
        scene.ask("PATCH", f"{url}/{key}", {**given, changed: "Changed"})
        now = scene.ask("GET", f"{url}/{key}")
        assert now[changed] == "Changed"
        moving = {changed, "version", "lastModifiedDateTime"}
        kept = {n: v for n, v in now.items() if n not in moving}
        assert kept == {n: v for n, v in one.items() if n not in moving}
    if "DELETE" in verbs:
        scene.ask("DELETE", f"{url}/{key}")
        assert scene.client.get(f"{url}/{key}", headers=scene.headers).status_code == 404


@pytest.mark.parametrize(("version", "path", "key", "more"), ASSIGNED)
def test_assigning_puts_the_whole_set_in_place_of_the_one_before(
    scene: Scene, version: str, path: str, key: str, more: Item
) -> None:
    url = f"/{version}/{path}/{scene.make(version, path, 4)}"
    groups = [each["id"] for each in scene.every("/v1.0/groups")][:3]
    targets = [
        {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": each}
        for each in groups
    ]
    targets[1]["@odata.type"] = "#microsoft.graph.exclusionGroupAssignmentTarget"
    everybody = {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}
    for chosen in (targets, [everybody, targets[0]], []):
        scene.ask("POST", f"{url}/assign", {key: [{"target": each, **more} for each in chosen]})
        shown = scene.every(f"{url}/assignments")
        assert _targets(shown) == sorted(_told(each) for each in chosen)
        if chosen:
            assert len(scene.ask("GET", f"{url}/assignments", **{"$top": "1"})["value"]) == 1
            assert all(each[name] == value for each in shown for name, value in more.items())


def _told(target: Item) -> tuple[str, str]:
    return target["@odata.type"], target.get("groupId") or ""


def _targets(assignments: list[Item]) -> list[tuple[str, str]]:
    return sorted(_told(each["target"]) for each in assignments)


def test_audit_events_are_asked_as_tools_ask(scene: Scene) -> None:
    url = "/v1.0/deviceManagement/auditEvents"
    plain = scene.every(url)
    newest = scene.ask("GET", url, **{"$orderby": "activityDateTime desc", "$top": "5"})
    assert [each["id"] for each in newest["value"]] == [each["id"] for each in plain[:5]]
    moment = plain[len(plain) // 2]["activityDateTime"]
    text = (
        f"category eq 'Application' and activityDateTime gt {moment} "
        "and activityOperationType ne 'Get'"
    )
    found = {each["id"] for each in scene.every(url, **{"$filter": text})}
    assert found == {
        each["id"]
        for each in plain
        if each["category"] == "Application" and each["activityDateTime"] > moment
    }


def test_a_group_s_members_and_a_directory_object_are_read(scene: Scene) -> None:
    group = scene.every("/v1.0/groups")[0]["id"]
    people = [each["id"] for each in scene.every("/v1.0/users")][:3]
    for each in people:
        link = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{each}"}
        scene.ask("POST", f"/v1.0/groups/{group}/members/$ref", link)
    url = f"/v1.0/groups/{group}/members"
    assert sorted(each["id"] for each in scene.every(url)) == sorted(people)
    assert len(scene.ask("GET", url, **{"$top": "1"})["value"]) == 1
    some = scene.every(url, **{"$select": "id,displayName"})
    assert all(each.keys() == {"@odata.type", "id", "displayName"} for each in some)
    one = scene.ask("GET", f"/v1.0/directoryObjects/{people[0]}")
    assert (one["id"], one["@odata.type"]) == (people[0], "#microsoft.graph.user")


def test_the_contents_of_an_app_are_asked_as_tools_ask(scene: Scene) -> None:
    app = scene.ask(
        "POST",
        "/beta/deviceAppManagement/mobileApps",
        {"@odata.type": "#microsoft.graph.win32LobApp", "displayName": "Packed"},
    )["id"]
    contents = f"/beta/deviceAppManagement/mobileApps/{app}/microsoft.graph.win32LobApp"
    version = scene.ask("POST", f"{contents}/contentVersions", {})["id"]
    assert [each["id"] for each in scene.every(f"{contents}/contentVersions")] == [version]
    given = {"name": "a.intunewin", "size": 10, "sizeEncrypted": 20, "isDependency": False}
    files = f"{contents}/contentVersions/{version}/files"
    file = scene.ask("POST", files, given)["id"]
    shown = scene.ask("GET", f"{files}/{file}")
    assert {name: shown[name] for name in given} == given
    assert [each["id"] for each in scene.every(files)] == [file]


def test_autopilot_profiles_are_assigned_one_by_one(scene: Scene) -> None:
    path = f"{DM}/windowsAutopilotDeploymentProfiles"
    url = f"/beta/{path}/{scene.make('beta', path, 5)}/assignments"
    group = scene.every("/v1.0/groups")[0]["id"]
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}
    made = scene.ask("POST", url, {"target": target})
    assert [each["id"] for each in scene.every(url)] == [made["id"]]
    scene.ask("DELETE", f"{url}/{made['id']}")
    assert scene.every(url) == []
