"""A limit of the stack, on the service's own server and database settings.

`python -m benching.limit_server PORT`, with `BENCH_LIMIT` (wsgi, flask or commit), `BENCH_ANSWERS`
(a folder with the answer for each row) and, for commit, `BENCH_DATABASE`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from granian.constants import Interfaces
from granian.server import Server

from mdm_sim.serving.http_listener import BACKLOG
from mdm_sim.store.engine import Store

# What each row writes, in the words of both databases; the places are filled in by `_Thing`.
_STATEMENTS = {
    "enroll": "INSERT INTO things (seen, document, id) VALUES (?, ?, ?)",
    "check-in-changed": "UPDATE things SET seen = ?, document = ? WHERE id = ?",
}
_TOUCH = "UPDATE things SET seen = ? WHERE id = ?"
_READ = "SELECT document FROM things WHERE id = ?"


def application() -> Any:
    """The limit that the environment names."""
    folder = Path(os.environ["BENCH_ANSWERS"])
    answers = {each.name: each.read_bytes() for each in folder.iterdir()}
    kind = os.environ["BENCH_LIMIT"]
    if kind == "wsgi":
        return _wsgi(answers)
    return _flask(answers, _Thing(os.environ["BENCH_DATABASE"]) if kind == "commit" else None)


def _wsgi(answers: dict[str, bytes]) -> Callable[..., Iterable[bytes]]:
    def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length:
            environ["wsgi.input"].read(length)
        row = environ["PATH_INFO"].split("/")[1]
        answer = answers.get(row, b"{}")
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
        start_response("200 OK", headers)
        return [answer]

    return bare


def _flask(answers: dict[str, bytes], thing: _Thing | None) -> Flask:
    app = Flask("limit", static_folder=None)

    @app.get("/readyz")
    def ready() -> str:
        return ""

    @app.route("/<row>/<key>", methods=["GET", "POST"])
    def answer(row: str, key: str) -> Response:
        body = request.get_data()
        told = answers.get(row, b"{}")
        if thing and request.method == "POST":
            thing.write(row, key, body.decode())
        elif thing:
            told = thing.read(key)
        return Response(told, mimetype="application/json")

    return app


class _Thing:
    """One table behind one held connection, opened as the service opens its own."""

    def __init__(self, url: str) -> None:
        self._held = Store(url).engine.connect()
        self._raw: Any = self._held.connection.dbapi_connection
        is_sqlite = self._held.dialect.name == "sqlite"
        self._begin = "BEGIN IMMEDIATE" if is_sqlite else "BEGIN"
        self._mark = "?" if is_sqlite else "%s"
        if not is_sqlite:
            self._raw.autocommit = True  # transactions are begun in SQL, as on SQLite

    def write(self, row: str, key: str, body: str) -> None:
        """One statement and one commit."""
        statement = _STATEMENTS.get(row)
        given = (time.time(), body, key) if statement else (time.time(), key)
        self._raw.execute(self._begin)
        self._raw.execute((statement or _TOUCH).replace("?", self._mark), given)
        self._raw.execute("COMMIT")

    def read(self, key: str) -> bytes:
        """One statement."""
        found = self._raw.execute(_READ.replace("?", self._mark), (key,)).fetchone()
        return str(found[0]).encode()


def main(port: str) -> None:
    """Serve with the settings of `mdm_sim.serving.http_listener`."""
    multiprocessing.set_start_method("spawn")
    Server(
        "benching.limit_server:application",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        backlog=BACKLOG,
        websockets=False,
        log_enabled=False,
        factory=True,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
