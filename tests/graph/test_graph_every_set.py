"""Every entity set of both versions that can be written: made, read, found, changed and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import conforming
from databases import Prepared
from graph.conftest import token
from graph.graph_bodies import body, concrete, literal
from werkzeug.test import TestResponse

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.graph.documents.serving import VERSIONS, methods
from mdm_sim.graph.door import ROUTES
from mdm_sim.graph.edm.model import Model, Type, model
from mdm_sim.graph.resolving import resolve
from mdm_sim.settings import Settings

ROOTS = ("deviceManagement", "deviceAppManagement", "identity/conditionalAccess")
DEEPEST = 4
Ask = Callable[..., TestResponse]

# What some sets ask for beside a good body.
BLOCK = {"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block"}]}
NEEDED: dict[str, dict[str, Any]] = {
    "deviceManagement/deviceCompliancePolicies": {"scheduledActionsForRule": [BLOCK]},
    "deviceManagement/importedDeviceIdentities": {"importedDeviceIdentityType": "serialNumber"},
    "deviceManagement/importedWindowsAutopilotDeviceIdentities": {
        "assignedUserPrincipalName": tenant.USERS[0].upn,
    },
    "deviceManagement/managedDeviceCleanupRules": {"deviceInactivityBeforeRetirementInDays": 90},
}

# What Intune answers to a second removal, where it is not a 404.
REMOVED_AGAIN = {
    "deviceManagement/windowsAutopilotDeviceIdentities": 400,
    "deviceManagement/importedWindowsAutopilotDeviceIdentities": 200,
}


def sets(known: Model) -> Iterator[str]:
    """The paths of every set that takes new objects; a set of one kind below another once."""
    seen: set[tuple[str, str]] = set()
    waiting = [(root, _kind_at(known, root), 0) for root in ROOTS if _exists(known, root)]
    while waiting:
        path, kind, depth = waiting.pop(0)
        for each in kind.derived:
            for name, navigation in each.navigations.items():
                cast = "" if name in kind.navigations else f"/microsoft.graph.{each.name}"
                inner = f"{path}{cast}/{name}"
                if (kind.name, name) in seen or navigation.kind not in known.types:
                    continue
                seen.add((kind.name, name))
                target = resolve(known, inner)
                if target is None or not _is_free(known, inner):
                    continue
                if navigation.is_collection and "POST" in methods(target):
                    yield inner
                if depth < DEEPEST and navigation.is_contained and "POST" in methods(target):
                    item = f"{inner}/{{}}" if navigation.is_collection else inner
                    waiting.append((item, known.types[navigation.kind], depth + 1))


def _is_free(known: Model, path: str) -> bool:
    """Whether no route of an entity's own answers at a path."""
    return not ROUTES.find(known.version, "POST", path)


def _exists(known: Model, path: str) -> bool:
    return resolve(known, path) is not None


def _kind_at(known: Model, path: str) -> Type:
    target = resolve(known, path)
    assert target is not None
    return target.kind


EVERY = [(version, path) for version in VERSIONS for path in sets(model(version))]


@pytest.fixture(scope="module")
def ask(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask a service that the tests of this module share, each of other objects."""
    url = prepared.copy(tmp_path_factory.mktemp("sets"))
    app = create_app(Settings(url))
    client = conforming(app)
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    headers = token(client, **secret)

    def asked(method: str, url: str, json: Any = None, **options: str) -> TestResponse:
        answer = client.open(url, method=method, headers=headers, json=json, query_string=options)
        assert answer.status_code < 500, answer.text
        return answer

    yield asked
    app.extensions["mdm_sim"].store.close()


def _set(ask: Ask, known: Model, path: str, turn: int) -> tuple[str, str, Type]:
    """The URL of a set, below objects that are made for it; its path without keys; its type."""
    first, *rest = path.split("/{}")
    url, template, kind = f"/{known.version}/{first}", first, _kind_at(known, first)
    for part in rest:
        cast = known.find(part.split("/")[1])
        key = _post(ask, known, url, template, cast or kind, turn, is_named=cast is not None)[1]
        url = f"{url}/{key}{part}"
        template = f"{template}/{part.rsplit('/', 1)[-1]}"
        kind = _kind_at(known, url.removeprefix(f"/{known.version}/"))
    return url, template, kind


def _post(
    ask: Ask,
    known: Model,
    url: str,
    template: str,
    kind: Type,
    turn: int,
    *,
    is_named: bool = False,
) -> tuple[dict[str, Any], str]:
    given = body(known, kind, turn) | NEEDED.get(template, {})
    if is_named:
        given = {"@odata.type": f"#microsoft.graph.{concrete(kind).name}", **given}
    answer = ask("POST", url, given)
    assert answer.status_code in {200, 201}, (url, answer.text)
    return given, answer.json["id"]


def _differences(given: Any, shown: Any, at: str = "$") -> list[str]:
    """Where what is shown is not what was given; what is shown beyond it is of no matter."""
    if isinstance(given, dict) and isinstance(shown, dict):
        return [
            d for n, each in given.items() for d in _differences(each, shown.get(n), f"{at}.{n}")
        ]
    if isinstance(given, list) and isinstance(shown, list) and len(given) == len(shown):
        pairs = zip(given, shown, strict=True)
        return [d for n, (a, b) in enumerate(pairs) for d in _differences(a, b, f"{at}[{n}]")]
    return [] if given == shown else [f"{at}: {given!r} became {shown!r}"]


def _own(given: dict[str, Any], kind: Type) -> dict[str, Any]:
    return {n: v for n, v in given.items() if n in kind.properties or n.startswith("@")}


@pytest.mark.parametrize(("version", "path"), EVERY, ids=map("-".join, EVERY))
def test_an_object_is_made_found_changed_and_removed(ask: Ask, version: str, path: str) -> None:
    known = model(version)
    url, template, declared = _set(ask, known, path, turn=3)
    given, key = _post(ask, known, url, template, declared, 3)
    kind = concrete(declared)
    one = f"{url}/{key}"
    shown = ask("GET", one).json
    assert not _differences(_own(given, kind), shown)
    assert key in {each["id"] for each in ask("GET", url).json["value"]}

    texts = {
        name: literal(known, kind.properties[name], each)
        for name, each in _own(given, kind).items()
        if name in declared.properties
    }
    wanted = [f"{name} eq {text}" for name, text in texts.items() if text is not None]
    for wish in wanted or ["id ne null"]:
        answer = ask("GET", url, **{"$filter": f"{wish} and id eq '{key}'"})
        assert [each["id"] for each in answer.json["value"]] == [key], (wish, answer.text)

    _is_audited(ask, "Create", key)
    changed = body(known, declared, 8) | NEEDED.get(template, {})
    answer = ask("PATCH", one, changed)
    assert answer.status_code in {200, 204}, answer.text
    assert not _differences(_own(changed, kind), ask("GET", one).json)
    _is_audited(ask, "Patch", key)
    assert ask("DELETE", one).status_code in {200, 204}
    assert ask("GET", one).status_code == 404
    assert ask("PATCH", one, changed).status_code == 404
    assert ask("DELETE", one).status_code == REMOVED_AGAIN.get(template, 404)
    _is_audited(ask, "Delete", key)


def _is_audited(ask: Ask, verb: str, key: str) -> None:
    [newest] = ask("GET", "/beta/deviceManagement/auditEvents", **{"$top": "1"}).json["value"]
    assert newest["activityType"].split(" ")[0] == verb
    assert newest["resources"][0]["resourceId"] == key


@pytest.mark.parametrize(("version", "path"), EVERY, ids=map("-".join, EVERY))
def test_a_body_that_its_type_does_not_have_is_refused(ask: Ask, version: str, path: str) -> None:
    known = model(version)
    url, template, kind = _set(ask, known, path, turn=5)
    good = body(known, kind, 1) | NEEDED.get(template, {})
    bad: list[dict[str, Any]] = [{**good, "CANARYproperty": 1}]
    for name, shape in concrete(kind).properties.items():
        if name not in good or shape.is_collection:
            continue
        bad.append({**good, name: {"CANARY": [1]}})
        if known.is_enum(shape.kind):
            bad.append({**good, name: "CANARYmember"})
    before = len(ask("GET", url).json["value"])
    for each in bad:
        answer = ask("POST", url, each)
        assert (answer.status_code, "CANARY" in answer.text) == (400, False), (each, answer.text)
        assert answer.json["error"]["details"]
    assert len(ask("GET", url).json["value"]) == before
