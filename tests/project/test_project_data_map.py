"""The data map says what is so: its columns, doors and permissions are the real ones."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound

from mdm_sim import access
from mdm_sim.graph.documents.serving import methods
from mdm_sim.graph.door import ROUTES
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import app_registrations
from mdm_sim.graph.entities.managed_device_properties import properties
from mdm_sim.graph.resolving import resolve
from mdm_sim.graph.routing import Found
from mdm_sim.policy import catalogue
from mdm_sim.policy.facts import KINDS
from mdm_sim.policy.rows import REGISTER
from mdm_sim.policy.whereabouts import (
    ENTRIES,
    OWN_TABLES,
    REGISTER_COLUMNS,
    SHOWN,
    VIEWS,
    holdings,
)
from mdm_sim.store.tables import metadata

COLUMNS = {str(column) for table in metadata.tables.values() for column in table.columns}
PLACES = [place for row in catalogue.ROWS for place in holdings(row)]
REQUESTS = sorted(
    {request for requests in ENTRIES.values() for request in requests}
    | {view.request for view in VIEWS.values()}
)
AREAS = (access.CONFIGURATION, access.DEVICES, access.APPS, access.SERVICE, access.USERS,
         access.DIRECTORY_DEVICES)  # fmt: skip
ID = "11111111-2222-4333-8444-555555555555"


def shown(*versions: dict[str, object]) -> set[str]:
    """The facts in the SQL of what Graph shows."""
    texts = [str(getattr(each, "expression", "")) for named in versions for each in named.values()]
    return {name for name in KINDS if any(f"'$.{name}'" in text for text in texts)}


def test_every_column_of_the_map_is_one_of_the_store_s() -> None:
    named = {place.column for place in PLACES}
    named |= {column for name in REGISTER for column in REGISTER_COLUMNS[name]}
    assert named - COLUMNS == set()


def test_every_table_of_the_store_is_in_the_map_once() -> None:
    held = {place.table for place in PLACES}
    assert held | set(OWN_TABLES) == set(metadata.tables)
    assert held & set(OWN_TABLES) == set()


@pytest.mark.parametrize("request_", REQUESTS)
def test_every_door_of_the_map_is_there(client: FlaskClient, request_: str) -> None:
    method, path = request_.replace("{id}", ID).split(" ")
    version, _, rest = path.removeprefix("/").partition("/")
    if version in {"v1.0", "beta"}:
        target = resolve(model(version), rest)
        served = methods(target) if target else frozenset()
        assert isinstance(ROUTES.find(version, method, rest), Found) or method in served
        return
    try:
        client.application.url_map.bind("").match(path, method)
    except (NotFound, MethodNotAllowed) as error:
        pytest.fail(f"{request_}: {error.name}")


def test_every_permission_of_the_map_is_one_that_doors_ask_for() -> None:
    known = {access.reading(area) for area in AREAS} | {access.REMOTE_ACTIONS}
    assert {view.permission for view in VIEWS.values()} <= known


def test_graph_shows_of_devices_and_apps_what_the_map_says() -> None:
    devices = shown(properties("v1.0"), properties("beta"))
    apps = shown(*(app_registrations._properties(version) for version in ("v1.0", "beta")))
    assert devices | {"location"} == SHOWN["devices"]  # a location shows in an order's result
    assert apps == SHOWN["apps"]
