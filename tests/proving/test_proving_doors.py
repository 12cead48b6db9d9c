"""Every route of the service is registered, and the proof as a whole goes through all of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mdm_sim.graph.edm.model import model
from mdm_sim.policy import catalogue
from mdm_sim.proving.doors import door_of, idle, unregistered
from mdm_sim.proving.proof import PHASES
from mdm_sim.proving.routes import VERSIONS, Map, Route, served


def test_every_route_is_registered(routes: frozenset[Route]) -> None:
    assert unregistered(routes) == []


def test_every_line_of_the_register_names_a_route(routes: frozenset[Route]) -> None:
    assert [door.pattern for door in idle(routes)] == []


def test_a_route_of_an_unknown_door_is_told(routes: frozenset[Route]) -> None:
    console = Route("/console/devices", "GET")
    assert unregistered(routes | {console}) == [console]


def test_the_routes_are_those_of_both_versions_of_graph_and_the_other_doors() -> None:
    rules = [("/mdm/v1/<uuid:id>", {"GET", "HEAD"}), ("/<version>/<path:path>", {"GET"})]
    sets = [("beta", "deviceManagement/intents", ["GET", "POST"])]
    found = served(rules, [("v1.0", "users/{}", ["PATCH"])], sets)
    assert {(str(route), route.is_modelled) for route in found} == {
        ("GET /mdm/v1/{}", False),
        ("PATCH /v1.0/users/{}", False),
        ("GET /beta/deviceManagement/intents", True),
        ("POST /beta/deviceManagement/intents", True),
    }


def test_a_rule_for_any_path_that_is_not_graphs_is_a_route_of_its_own() -> None:
    assert served([("/files/<path:name>", {"GET"})], [], []) == {Route("/files/{}", "GET")}


def test_a_route_that_is_not_the_type_models_needs_a_line_of_its_own() -> None:
    path = "/beta/deviceManagement/somethingNew"
    assert door_of(Route(path, "GET", is_modelled=True)) is not None
    assert door_of(Route(path, "GET")) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_set_that_can_be_written_and_every_operation_is_a_route(
    routes: frozenset[Route], version: str
) -> None:
    known = model(version)
    root = known.types["deviceManagement"]
    sets = {n for n, each in root.navigations.items() if each.kind in known.types}
    assert {f"/{version}/deviceManagement/{name}" for name in sets} <= {r.path for r in routes}
    told = {route.path.rpartition("/")[2].partition("(")[0] for route in routes}
    bound = {name for kind, _, name in known.operations if kind == root.name}
    assert bound <= {name.lower() for name in told}


def test_the_parameters_of_a_function_are_keys_of_its_path() -> None:
    known = Map([Route("/beta/x/find(name='{}',day='{}')", "GET")])
    _, keys = known.find("GET", "/beta/x/find(name='ann',day='now')")
    assert keys == ("ann", "now")


def test_a_path_is_the_route_with_the_fewest_keys() -> None:
    known = Map([Route("/v1.0/users/{}", "GET"), Route("/v1.0/users/$count", "GET")])
    assert known.find("GET", "/v1.0/users/$count?x=1") == (Route("/v1.0/users/$count", "GET"), ())
    assert known.find("GET", "/v1.0/Users/ann") == (Route("/v1.0/users/{}", "GET"), ("ann",))


def test_a_line_is_of_both_versions_of_graph() -> None:
    first, second = (door_of(Route(f"/{each}/users/{{}}", "PATCH")) for each in ("v1.0", "beta"))
    assert first is second is not None


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proof") / "proof.html"


@pytest.fixture(scope="module")
def told(page: Path) -> dict[str, Any]:
    """The proof as a privacy officer runs it."""
    finished = subprocess.run(
        [sys.executable, "-m", "mdm_sim", "prove", "--json", "--html", str(page)],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[:3000] + finished.stderr
    return dict(json.loads(finished.stdout))


def test_nothing_forbidden_is_found_of_ten_thousand_canaries(told: dict[str, Any]) -> None:
    assert (told["clean"], told["findings"]) == (True, [])
    assert told["canaries"] >= 10_000


def test_every_route_and_every_phase_is_in_the_proof(told: dict[str, Any]) -> None:
    assert told["routesWithoutCanary"] == []
    assert [each["phase"] for each in told["phases"] if each["phase"] in PHASES] == list(PHASES)


def test_every_row_has_canaries_or_says_why_not(told: dict[str, Any]) -> None:
    assert [row["id"] for row in told["rows"]] == [row.id for row in catalogue.ROWS]
    assert [row["id"] for row in told["rows"] if not row["canaries"] and not row["note"]] == []


def test_what_is_never_collected_is_always_refused(told: dict[str, Any]) -> None:
    never = [row for row in told["rows"] if row["id"].startswith("never.")]
    assert all(row["refused"] > 0 == row["kept"] + row["reduced"] for row in never)


def test_the_database_and_all_that_is_printed_is_searched(told: dict[str, Any]) -> None:
    searched = {"data/mdm-sim.db", "data/mdm-sim.db-wal", "stdout", "stderr", "ready.json"}
    assert searched <= set(told["files"])


def test_the_page_is_whole_by_itself(told: dict[str, Any], page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert "0 forbidden values found" in html
    assert all(row["id"] in html for row in told["rows"])
    assert not re.search(r"<script|https?://|src=|<link", html)
