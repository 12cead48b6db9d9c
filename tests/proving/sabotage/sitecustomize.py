"""Faults for a service to have: Python imports this file in each of its processes, if it is on
the path, and `SABOTAGE` says which fault it is. No product code knows of it.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
from pathlib import Path
from typing import Any


def beside_the_database(name: str) -> Path:
    return Path(os.environ["MDM_SIM_DATABASE"].removeprefix("sqlite:///")).with_name(name)


def log_the_body() -> None:
    from mdm_sim.bodies import compiling

    inner = compiling.parse_object

    def parse(data: bytes) -> dict[str, Any]:
        print("received", data, file=sys.stderr, flush=True)
        return inner(data)

    compiling.parse_object = parse


def log_a_header() -> None:
    from flask import request

    from mdm_sim import wire

    inner = wire.limit_headers

    def limit_headers() -> None:
        print("from", request.headers.get("X-Forwarded-For"), flush=True)
        inner()

    wire.limit_headers = limit_headers


def cache_bodies_in_a_file() -> None:
    from mdm_sim.bodies import compiling

    inner = compiling.parse_object

    def parse(data: bytes) -> dict[str, Any]:
        with beside_the_database("bodies.cache").open("ab") as file:
            file.write(gzip.compress(data))
        return inner(data)

    compiling.parse_object = parse


def keep_digests_in_a_file() -> None:
    from mdm_sim.bodies import compiling

    inner = compiling.parse_object

    def parse(data: bytes) -> dict[str, Any]:
        body = inner(data)
        number = (body.get("facts") or {}).get("phoneNumber")
        if isinstance(number, str):
            with beside_the_database("seen").open("a") as file:
                file.write(hashlib.sha256(number.encode()).hexdigest())
        return body

    compiling.parse_object = parse


def cache_bodies_in_memory() -> None:
    from mdm_sim import wire
    from mdm_sim.bodies import compiling

    last: list[bytes] = [b""]
    parse, answer = compiling.parse_object, wire.answer

    def parse_and_keep(data: bytes) -> dict[str, Any]:
        last[0] = data
        return parse(data)

    def answer_with_it(body: Any, status: int = 200, **headers: str) -> Any:
        if isinstance(body, dict) and "compliantAppsFeature" in body:
            body = body | {"last": last[0].decode(errors="replace")}
        return answer(body, status, **headers)

    compiling.parse_object, wire.answer = parse_and_keep, answer_with_it


def purge_nothing_when_judged_again() -> None:
    from mdm_sim import contexts

    contexts.settle = lambda *_, **__: None
    contexts.rejudge = lambda *_, **__: None


def purge_no_order() -> None:
    from mdm_sim import actions

    actions.remove_all = lambda *_, **__: 0


def leave_the_log_behind() -> None:
    from mdm_sim.store.dialects import sqlite

    sqlite.scrub = lambda _connection: None


def let_locations_through() -> None:
    from mdm_sim.policy import rules

    rules.if_located = rules.always


def show_another_record() -> None:
    from mdm_sim import records

    inner, seen = records.stored_facts, {}

    def stored_facts(*given: Any) -> dict[str, Any]:
        facts = inner(*given)
        seen.setdefault("first", facts)
        return facts | {"model": seen["first"].get("model", "")}

    records.stored_facts = stored_facts


def forget_device_names() -> None:
    from mdm_sim import records

    inner = records.split

    def split(kept: dict[str, Any]) -> Any:
        facts, optional = inner(kept)
        facts.pop("deviceName", None)
        return facts, optional

    records.split = split


def store_unknown_properties() -> None:
    from flask import has_request_context, request

    from mdm_sim.graph.documents import rows
    from mdm_sim.graph.edm import checking

    inner = rows.add
    checking._Checker.unknown = lambda *_: None

    def add(
        work: Any, path: str, parent: str, key: str, kind: Any, values: Any, *more: Any
    ) -> None:
        sent = request.get_json() if has_request_context() else {}
        inner(work, path, parent, key, kind, {**sent, **values}, *more)

    rows.add = add


def echo_a_wrong_member() -> None:
    from mdm_sim.graph.edm import checking

    inner = checking._Checker._enum

    def checked(checker: Any, name: str, value: Any, pointer: str) -> Any:
        before = len(checker.problems)
        found = inner(checker, name, value, pointer)
        if len(checker.problems) > before:
            checker.wrong(pointer, f"{value} is none")
        return found

    checking._Checker._enum = checked


def log_the_parts_of_a_batch() -> None:
    from mdm_sim.graph import batch

    inner = batch._serve

    def serve(version: str, part: Any) -> Any:
        print(part.method, part.body.decode(), file=sys.stderr, flush=True)
        return inner(version, part)

    batch._serve = serve


def repeat_the_user_name() -> None:
    from flask import request

    from mdm_sim.entra import pages

    inner = pages.sign_in

    def sign_in(application: str, *given: Any, **more: Any) -> Any:
        name = request.form.get("username", "")
        return inner(f"{application} as {name}", *given, **more)

    pages.sign_in = sign_in


FAULT = os.environ.get("SABOTAGE")
if FAULT:
    globals()[FAULT]()
