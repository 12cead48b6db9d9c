"""reports/exportJobs: a report as a zip behind a URL, which is made when it is fetched.

A job is a document; its state follows from the clock, and it is gone with its file after six
hours. The URL is the permission to read what it is for: nobody guesses its signature.
"""

from __future__ import annotations

import csv
import hmac
import io
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from flask import Response
from sqlalchemy import ColumnElement, case, delete, literal, select

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.properties import DocumentProperties
from mdm_sim.graph.edm.checking import checked
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import report_rows
from mdm_sim.graph.entities.reports import AREAS, READING, named
from mdm_sim.graph.odata.properties import NEVER, Property
from mdm_sim.graph.routing import Route
from mdm_sim.graph.zipping import zipped
from mdm_sim.store import audit
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents
from mdm_sim.store.work import Desk, Work

PATH = "deviceManagement/reports/exportJobs"
FILES = "blobs/reports"
KIND = "deviceManagementExportJob"
LIFE_SECONDS = 6 * 3600
_STARTS_AFTER, _DONE_AFTER = 0.2, 1.0
_WHOLE = "localizedValuesAsAdditionalColumn"
_PLAIN = {"Devices", "DevicesWithInventory"}


def _require(ask: Ask) -> None:
    ask.require(*READING)


def _mine(tenant_id: str) -> list[ColumnElement[bool]]:
    return [documents.c.tenant_id == tenant_id, documents.c.collection == PATH]


def _collection(ask: Ask) -> listing.Collection:
    """The jobs as they stand at this moment."""
    now = ask.desk.clock.now()
    age = literal(now) - documents.c.created_at
    is_done = age >= _DONE_AFTER
    known = model(ask.version)
    root = ask.root.removesuffix(f"/{ask.version}")
    signature = json_value(documents.c.document, "signature")
    url = literal(f"{root}/{FILES}/{ask.who.tenant_id}/") + documents.c.id + "?sig=" + signature
    states = ((age < _STARTS_AFTER, "notStarted"), (~is_done, "inProgress"))
    own = {
        "id": Property(documents.c.id),
        "requestDateTime": Property(documents.c.created_at, "instant"),
        "expirationDateTime": Property(
            case((is_done, documents.c.created_at + LIFE_SECONDS)), "instant", NEVER
        ),
        "status": Property(
            case(*states, else_="completed"),
            "enum",
            literals=known.members("deviceManagementReportStatus"),
        ),
        "url": Property(case((is_done, url))),
    }
    properties = DocumentProperties(known, known.types[KIND], documents.c.document, own)
    return listing.Collection(
        PATH,
        documents,
        documents.c.id,
        properties,
        lambda ask: [
            *_mine(ask.who.tenant_id),
            documents.c.created_at > now - LIFE_SECONDS,
        ],
    )


def _page(ask: Ask) -> Response:
    _require(ask)
    return listing.page(ask, _collection(ask))


def _count(ask: Ask) -> Response:
    _require(ask)
    return listing.count(ask, _collection(ask))


def _one(ask: Ask) -> Response:
    _require(ask)
    return listing.one(ask, _collection(ask), ask.keys[-1])


def _create(ask: Ask) -> Response:
    _require(ask)
    known = model(ask.version)
    found = checked(known, known.types[KIND], ask.body())
    report = named(found.values.get("reportName"), "/reportName")
    report_rows.asked(report, found.values)
    report_rows.require_listed(report, found.values.get("filter") or "")
    values = {"format": "csv", "localizationType": _WHOLE, **found.values}
    values |= {"reportName": values["reportName"], "signature": secrets.token_urlsafe(32)}
    with ask.work() as work:
        _forget_old(work)
        job_id = f"{values['reportName']}_{work.new_id()}"
        rows.add(work, PATH, "", job_id, known.types[KIND], values)
        _note(work, audit.Task.CREATE, "Create", job_id, found.names)
        item = listing.fetch(work.connection, ask, _collection(ask), job_id)
    started = {"status": "notStarted", "url": None, "expirationDateTime": NEVER}
    context = ask.context(PATH, "$entity")
    return shown({"@odata.context": context, **item, **started}, 201)


def _forget_old(work: Work) -> None:
    """Remove the jobs whose files are no more."""
    old = documents.c.created_at <= work.now - LIFE_SECONDS
    work.connection.execute(delete(documents).where(*_mine(work.tenant_id), old))
    scrub_after(work.connection)


def _delete(ask: Ask) -> Response:
    ask.require(*(access.writing(area) for area in AREAS))
    with ask.work() as work:
        job_id = ask.keys[-1]
        rows.need(work.connection, work.tenant_id, PATH, "", job_id)
        rows.remove(work, PATH, "", job_id)
        _note(work, audit.Task.DELETE, "Delete", job_id, ())
    return done()


def _note(work: Work, task: audit.Task, verb: str, job_id: str, names: Sequence[str]) -> None:
    kind = "DeviceManagementExportJob"
    changes = dict.fromkeys(names, "set")
    work.record(audit.Entry(task, f"{verb} {kind}", "Other", kind, job_id, changes))


def file_of(
    desk: Desk, tenant_id: str, job_id: str, signature: str
) -> tuple[str, Iterator[bytes]] | None:
    """The name of a job's zip, and its parts as they are made.

    None unless the signature is that of a job that is done. Only the columns asked for are read,
    and nothing of the file stays.
    """
    now = desk.clock.now()
    query = select(documents).where(*_mine(tenant_id), documents.c.id == job_id)
    with desk.store.read() as connection:
        row = connection.execute(query).first()
    job = orjson.loads(row.document) if row is not None else {}
    right = str(job.get("signature") or "")
    is_there = row is not None and _DONE_AFTER <= now - row.created_at < LIFE_SECONDS
    if not right or not is_there or not hmac.compare_digest(right.encode(), signature.encode()):
        return None
    report = named(job["reportName"], "/reportName")
    wanted = report_rows.asked(report, job)
    columns, values = _localized(job, wanted, report_rows.every(desk.store, tenant_id, wanted))
    write = _json if job["format"] == "json" else _csv
    return f"{job_id}.zip", zipped(f"{job_id}.{job['format']}", write(columns, values))


def _localized(
    job: Mapping[str, Any], wanted: report_rows.Asked, values: Iterator[list[Any]]
) -> tuple[list[str], Iterator[list[Any]]]:
    """Columns of codes with their words: beside them, or in their place."""
    names = wanted.report.source.names
    columns: list[str] = []
    places: list[tuple[int, Mapping[str, str] | None]] = []
    is_plain = job["reportName"] in _PLAIN
    for place, column in enumerate(wanted.columns):
        words = None if is_plain else names.get(column)
        replaces = words is not None and job["localizationType"] != _WHOLE
        columns.append(column)
        places.append((place, words if replaces else None))
        if words is not None and not replaces:
            columns.append(f"{column}{report_rows.LOCALIZED}")
            places.append((place, words))
    return columns, ([_word(row[place], words) for place, words in places] for row in values)


def _word(value: Any, words: Mapping[str, str] | None) -> Any:
    return value if words is None else words.get(value, value)


def _csv(columns: Sequence[str], values: Iterator[list[Any]]) -> Iterator[bytes]:
    line = io.StringIO()
    writer = csv.writer(line)
    for row in _with_head(columns, values):
        writer.writerow(["" if each is None else each for each in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def _with_head(columns: Sequence[str], values: Iterator[list[Any]]) -> Iterator[Sequence[Any]]:
    yield columns
    yield from values


def _json(columns: Sequence[str], values: Iterator[list[Any]]) -> Iterator[bytes]:
    yield b'{"values":['
    for place, row in enumerate(values):
        yield (b"," if place else b"") + orjson.dumps(dict(zip(columns, row, strict=True)))
    yield b"]}"


ROUTES = (
    Route("GET", PATH, _page),
    Route("GET", f"{PATH}/$count", _count),
    Route("GET", f"{PATH}/{{}}", _one),
    Route("POST", PATH, _create),
    Route("DELETE", f"{PATH}/{{}}", _delete),
)
