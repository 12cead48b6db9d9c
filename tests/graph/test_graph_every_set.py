"""Every entity set of both versions that can be written: made, read, found, changed and removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from graph.conformance import problems
from graph.conftest import token
from graph.graph_bodies import body, concrete, literal
from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.graph.door import ROUTES
from mdm_sim.graph.documents.serving import VERSIONS, methods
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
    "deviceManagement/managedDeviceCleanupRules": {"deviceInactivityBeforeRetirementInDays": 90},
}


def sets(known: Model) -> Iterator[str]:
    """The paths of every set that takes new objects; a set of one kind below another once."""
    seen: set[tuple[str, str]] = set()
    waiting = [(root, _kind_at(known, root), 0) for root in ROOTS if _exists(known, root)]
    while waiting:
        path, kind, depth = waiting.pop(0)
        for each in kind.derived:
            for name, navigation in each.navigations.items():
                inner = f"{path}/{name}"
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
def ask(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask a service that the tests of this module share, each of other objects."""
    path = shutil.copy(prepared, tmp_path_factory.mktemp("sets") / "mdm-sim.db")
    app = create_app(Settings(f"sqlite:///{path}"))
    client = app.test_client()
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    headers = token(client, **secret)

    def asked(method: str, url: str, json: Any = None, **options: str) -> TestResponse:
        answer = client.open(url, method=method, headers=headers, json=json, query_string=options)
        assert answer.status_code < 500, answer.text
        assert not problems(answer.json if answer.is_json else None), problems(answer.json)
        return answer

    yield asked
    app.extensions["mdm_sim"].store.close()


def _made(ask: Ask, known: Model, path: str, turn: int) -> tuple[str, dict[str, Any], str]:
    """A new object with the objects that it is below: its set's URL, its body, its id."""
    first, *rest = path.split("/{}")
    url, kind = f"/{known.version}{'/' if first else ''}{first}", _kind_at(known, first)
    template = first
    for part in rest:
        key = _post(ask, known, url, template, kind, turn)[1]
        url, template = f"{url}/{key}{part}", f"{template}{part}"
        kind = _kind_at(known, url.removeprefix(f"/{known.version}/"))
    given, key = _post(ask, known, url, template, kind, turn)
    return url, given, key


def _post(
    ask: Ask, known: Model, url: str, template: str, kind: Type, turn: int
) -> tuple[dict[str, Any], str]:
    given = body(known, kind, turn) | NEEDED.get(template, {})
    answer = ask("POST", url, given)
    assert answer.status_code in {200, 201}, (url, answer.text)
    return given, answer.json["id"]


def _differences(given: Any, shown: Any, at: str = "$") -> list[str]:
    """Where what is shown is not what was given; what is shown beyond it is of no matter."""
    if isinstance(given, dict) and isinstance(shown, dict):
        return [d for n, each in given.items() for d in _differences(each, shown.get(n), f"{at}.{n}")]
    if isinstance(given, list) and isinstance(shown, list) and len(given) == len(shown):
        pairs = zip(given, shown, strict=True)
        return [d for n, (a, b) in enumerate(pairs) for d in _differences(a, b, f"{at}[{n}]")]
    return [] if given == shown else [f"{at}: {given!r} became {shown!r}"]


def _own(given: dict[str, Any], kind: Type) -> dict[str, Any]:
    return {n: v for n, v in given.items() if n in kind.properties or n.startswith("@")}


@pytest.mark.parametrize(("version", "path"), EVERY)
def test_an_object_is_made_found_changed_and_removed(ask: Ask, version: str, path: str) -> None:
    known = model(version)
    url, given, key = _made(ask, known, path, turn=3)
    kind = concrete(_kind_at(known, url.removeprefix(f"/{version}/")))
    one = f"{url}/{key}"
    shown = ask("GET", one).json
    assert not _differences(_own(given, kind), shown)
    assert key in {each["id"] for each in ask("GET", url).json["value"]}

    found = {n: literal(known, kind.properties[n], v) for n, v in _own(given, kind).items() if n in kind.properties}
    wanted = [f"{n} eq {text}" for n, text in found.items() if text is not None]
    if len(kind.lineage) > 1 and wanted:
        declared = _kind_at(known, url.removeprefix(f"/{version}/"))
        wanted = [each for each in wanted if each.split(" ")[0] in declared.properties] or ["id ne null"]
        answer = ask("GET", url, **{"$filter": " and ".join(wanted[:20])})
        assert key in {each["id"] for each in answer.json["value"]}, answer.text

    _is_audited(ask, "Create", key)
    changed = body(known, kind, 8) | NEEDED.get(path.replace("/{}", ""), {})
    answer = ask("PATCH", one, changed)
    assert answer.status_code in {200, 204}, answer.text
    assert not _differences(_own(changed, kind), ask("GET", one).json)
    _is_audited(ask, "Patch", key)
    assert ask("DELETE", one).status_code in {200, 204}
    assert ask("GET", one).status_code == 404
    assert ask("PATCH", one, changed).status_code == 404
    assert ask("DELETE", one).status_code == 404
    _is_audited(ask, "Delete", key)


def _is_audited(ask: Ask, verb: str, key: str) -> None:
    [newest] = ask("GET", "/beta/deviceManagement/auditEvents", **{"$top": "1"}).json["value"]
    assert newest["activityType"].split(" ")[0] == verb
    assert newest["resources"][0]["resourceId"] == key


@pytest.mark.parametrize(("version", "path"), EVERY)
def test_a_body_that_its_type_does_not_have_is_refused(ask: Ask, version: str, path: str) -> None:
    known = model(version)
    *above, last = path.split("/{}")
    url = f"/{version}/{path}"
    if above:
        parent, _, key = _made(ask, known, "/{}".join(above), turn=5)
        url = f"{parent}/{key}{last}"
    kind = _kind_at(known, url.removeprefix(f"/{version}/"))
    good = body(known, kind, 1) | NEEDED.get(path.replace("/{}", ""), {})
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
