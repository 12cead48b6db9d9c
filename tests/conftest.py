"""What every test may use: a prepared service of its own, in process, and callers with tokens."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import databases
import pytest
from choosing_databases import (  # noqa: F401 - pytest finds its hooks here
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
)
from conformance import problems
from databases import Databases, Files, Plain, Prepared, Server
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdm_sim import tenant, tokens
from mdm_sim.app import create_app, open_desk
from mdm_sim.preparation import prepare
from mdm_sim.settings import Settings
from mdm_sim.store.tables import metadata
from mdm_sim.store.work import Desk

Headers = dict[str, str]


@pytest.fixture(scope="session")
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database a test is on."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of PostgreSQL."""
    with databases.server() as found:
        yield found


@pytest.fixture(scope="session")
def made(dialect: str, request: pytest.FixtureRequest) -> Databases:
    """Where databases come from."""
    return Files() if dialect == "sqlite" else request.getfixturevalue("server")


@pytest.fixture(scope="session")
def prepared(made: Databases, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A database with the schema, the guard and the development tenant, to be copied."""
    url = made.empty(tmp_path_factory.mktemp("prepared"))
    desk = open_desk(Settings(url))
    prepare(desk)
    desk.store.close()
    return Prepared(made, url)


@pytest.fixture
def settings(prepared: Prepared, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a service whose database is this test's own."""
    yield Settings(prepared.copy(tmp_path))
    prepared.databases.drop(tmp_path)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """The core of the service, to look into its store."""
    opened = open_desk(settings)
    yield opened
    opened.store.close()


class Conforming(FlaskClient):
    """Asks the service, and holds every answer of Graph against the type model."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        answer = super().open(*args, **options)
        path = answer.request.path
        is_packed = "Content-Encoding" in answer.headers
        if answer.is_json and not is_packed and re.match(r"/(v1\.0|beta)/", path):
            is_batch = path.lower().endswith("/$batch") and "responses" in answer.json
            parts = answer.json["responses"] if is_batch else [{"body": answer.json}]
            told = [part["body"] for part in parts]
            found = [each for body in told for each in problems(body)]
            assert not found, (answer.request.method, path, found[:5])
        return answer


def conforming(app: Flask) -> FlaskClient:
    """A client of the application that checks what Graph answers."""
    app.test_client_class = Conforming
    return app.test_client()


@contextmanager
def over_wsgi(settings: Settings) -> Iterator[FlaskClient]:
    """The service over WSGI, on a database that there is; its store is closed at the end."""
    app = create_app(settings)
    yield conforming(app)
    app.extensions["mdm_sim"].store.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Settings], FlaskClient]]:
    """Serves what settings say, to the end of the test."""
    with ExitStack() as served:
        yield lambda settings: served.enter_context(over_wsgi(settings))


@pytest.fixture
def client(settings: Settings, serve: Callable[[Settings], FlaskClient]) -> FlaskClient:
    """The service over WSGI."""
    return serve(settings)


@pytest.fixture(scope="session")
def sign_in(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Headers]:
    """The Authorization header of a user, by UPN; of the application when nobody is named.

    Every test's database is a copy of one, so that a token of one is good for all.
    """
    settings = Settings(prepared.copy(tmp_path_factory.mktemp("sign-in")))

    @functools.cache
    def header(upn: str | None = None, scope: str = f"{tokens.GRAPH}/.default") -> Headers:
        form = {"client_id": tenant.CLIENT_ID, "scope": scope}
        if upn is None:
            form |= {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
        else:
            form |= {"grant_type": "password", "username": upn, "password": tenant.PASSWORD}
        with over_wsgi(settings) as client:
            answer = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form)
        assert answer.status_code == 200, answer.json
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    return header


@pytest.fixture
def user(sign_in: Callable[..., Headers]) -> Headers:
    """An ordinary user's Authorization header."""
    return sign_in(tenant.USERS[0].upn)


@pytest.fixture
def admin(sign_in: Callable[..., Headers]) -> Headers:
    """The administrator's Authorization header."""
    return sign_in(tenant.ADMIN.upn)


@pytest.fixture
def enroll(client: FlaskClient, user: Headers) -> Callable[..., dict[str, Any]]:
    """Enroll a device and return the answer, with `headers` of the device's own token."""

    def enrolled(
        facts: dict[str, Any] | None = None,
        platform: str = "ios",
        enrollment_type: str = "userEnrollment",
        headers: Headers | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        answer = client.post(
            "/mdm/v1/enrollments",
            headers=headers or user,
            json={
                "platform": platform,
                "enrollmentType": enrollment_type,
                "facts": facts or {},
                **body,
            },
        )
        assert answer.status_code == 201, answer.json
        return {**answer.json, "headers": {"Authorization": f"Bearer {answer.json['deviceToken']}"}}

    return enrolled


@pytest.fixture
def register(client: FlaskClient, user: Headers) -> Callable[..., dict[str, Any]]:
    """Register an app and return the answer, with `headers` of the app's own token."""

    def registered(
        facts: dict[str, Any] | None = None,
        platform: str = "ios",
        headers: Headers | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        named = {"appIdentifier": {"bundleId": "com.example.mail"}, "deviceTag": "tag-1"}
        answer = client.post(
            "/mam/v1/registrations",
            headers=headers or user,
            json={
                "platform": platform,
                "facts": {**named, **(facts or {})},
                **body,
            },
        )
        assert answer.status_code == 201, answer.json
        return {**answer.json, "headers": {"Authorization": f"Bearer {answer.json['appToken']}"}}

    return registered


@pytest.fixture
def dump(desk: Desk) -> Callable[[], dict[str, list[str]]]:
    """Every row of every table, to be compared with another dump."""

    def everything() -> dict[str, list[str]]:
        with desk.store.read() as connection:
            return {
                name: sorted(repr(each) for each in connection.execute(select(each_table)))
                for name, each_table in metadata.tables.items()
            }

    return everything


@pytest.fixture
def table(desk: Desk) -> Callable[[str], list[dict[str, Any]]]:
    """All rows of one table."""

    def rows(name: str) -> list[dict[str, Any]]:
        with desk.store.read() as connection:
            told = metadata.tables[name]
            found = connection.execute(select(told).order_by(*told.primary_key))
            return [dict(each._mapping) for each in found]

    return rows


@pytest.fixture
def plain(settings: Settings) -> Iterator[Plain]:
    """The database past the service and its rules."""
    opened = Plain(settings.database)
    yield opened
    opened.close()


@pytest.fixture
def on_disk(settings: Settings) -> Callable[[str], bool]:
    """Whether a text stands anywhere in the database's files, or in a row of the server's."""
    if not settings.database.startswith("sqlite"):
        return lambda text: any(
            text in row for held in databases.rows(settings.database).values() for row in held
        )
    database = Path(settings.database.removeprefix("sqlite:///"))

    def found(text: str) -> bool:
        files = database.parent.glob(f"{database.name}*")
        return any(text.encode() in file.read_bytes() for file in files)

    return found
