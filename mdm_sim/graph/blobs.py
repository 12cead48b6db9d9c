"""The blob door: files behind URLs that are the permission themselves, as storage has them.

Blocks of an app's file are counted and let go. A report is made when it is fetched and kept
nowhere. Errors have the form of Azure Storage's REST API.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

import orjson
from flask import Blueprint, Response, request
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from mdm_sim import wire
from mdm_sim.clock import iso
from mdm_sim.graph.documents import rows
from mdm_sim.graph.entities import app_contents, export_jobs
from mdm_sim.messages import Unavailable
from mdm_sim.store import audit
from mdm_sim.store.tables import documents
from mdm_sim.store.work import Desk, Work

_MOST_AT_ONCE = 128 * 1024 * 1024
_MOST_BLOCKS = 10_000
_MOST_LIST = 2 * 1024 * 1024
_CHUNK = 65_536
_API_VERSION = "2023-11-03"
_LISTED = re.compile(rb"<(?:Latest|Committed|Uncommitted)>([^<>]{1,128})</")
_FAILED = "Server failed to authenticate the request."
_TEXTS = {
    "AuthenticationFailed": (403, _FAILED),
    "BlobNotFound": (404, "The specified blob does not exist."),
    "InvalidQueryParameterValue": (400, "Value for one of the query parameters is invalid."),
    "InvalidBlockList": (400, "The specified block list is invalid."),
    "BlockCountExceedsLimit": (409, "The uncommitted block count cannot exceed the maximum."),
    "RequestBodyTooLarge": (413, "The request body is too large."),
    "UnsupportedHttpVerb": (405, "The resource doesn't support the specified HTTP verb."),
}


class Refused(Exception):
    """A request that storage refuses, by its code there."""


def door(desk: Desk) -> Blueprint:
    """Uploads of apps' files, and reports to be fetched."""
    blueprint = Blueprint("blobs", __name__)

    @blueprint.put(f"/{app_contents.UPLOADS}/<tenant_id>/<file_id>/<name>")
    def upload(tenant_id: str, file_id: str, name: str) -> Response:  # noqa: ARG001
        request.max_content_length = _MOST_AT_ONCE
        with desk.store.read() as connection:
            _file(connection, desk, tenant_id, file_id)
        change = _received()
        with desk.store.write(tenant_id) as connection:
            row = _file(connection, desk, tenant_id, file_id)
            work = desk.on(connection, tenant_id, audit.SYSTEM, wire.request_id())
            _keep(work, row, change)
        return _created()

    @blueprint.route(
        f"/{app_contents.UPLOADS}/<path:_path>", methods=["GET", "POST", "PATCH", "DELETE"]
    )
    def refuse(_path: str) -> Response:
        raise Refused("UnsupportedHttpVerb")

    @blueprint.get(f"/{export_jobs.FILES}/<tenant_id>/<job_id>")
    def report(tenant_id: str, job_id: str) -> Response:
        signature = request.args.get("sig", "")
        found = export_jobs.file_of(desk, tenant_id, job_id, signature)
        if found is None:
            raise Refused("AuthenticationFailed")
        response = Response(found[1], mimetype="application/zip")
        response.headers["Content-Disposition"] = f'attachment; filename="{found[0]}"'
        response.headers["Cache-Control"] = "no-store"
        return response

    blueprint.register_error_handler(Refused, lambda error: _refusal(str(error)))
    blueprint.register_error_handler(HTTPException, _on_http_error)
    blueprint.register_error_handler(Unavailable, wire.on_fault)
    blueprint.register_error_handler(Exception, wire.on_crash)
    return blueprint


def _file(connection: Any, desk: Desk, tenant_id: str, file_id: str) -> Any:
    """The file that a URL permits to send. Raises Refused."""
    query = select(documents).where(
        documents.c.tenant_id == tenant_id,
        documents.c.collection == app_contents.FILES,
        documents.c.id == file_id,
    )
    row = connection.execute(query).first()
    file = orjson.loads(row.document) if row is not None else {}
    right, given = file.get("signature") or "", request.args.get("sig", "")
    is_late = iso(desk.clock.now()) > (file.get("azureStorageUriExpirationDateTime") or "")
    if not right or is_late or not hmac.compare_digest(right.encode(), given.encode()):
        raise Refused("AuthenticationFailed")
    return row


def _received() -> dict[str, Any]:
    """What a request says of a file: a block and its size, the list of blocks, or all of it."""
    part = request.args.get("comp", "")
    if part == "blocklist":
        data = request.stream.read(_MOST_LIST + 1)
        if len(data) > _MOST_LIST:
            raise Refused("RequestBodyTooLarge")
        return {"list": [each.strip().decode("latin-1") for each in _LISTED.findall(data)]}
    if part not in {"", "block"} or (part == "block" and not request.args.get("blockid")):
        raise Refused("InvalidQueryParameterValue")
    size = 0
    while chunk := request.stream.read(_CHUNK):
        size += len(chunk)
    return {"block": request.args["blockid"] if part == "block" else "", "size": size}


def _short(file: dict[str, Any], name: str) -> str:
    """A block's name as it is kept: a digest under the file's own key, as it can be anything."""
    return hmac.new(file["salt"].encode(), name.encode(), hashlib.sha256).hexdigest()[:16]


def _keep(work: Work, row: Any, change: dict[str, Any]) -> None:
    """Note the sizes of a file's blocks, or what its list of blocks makes of them."""
    file = orjson.loads(row.document)
    blocks: dict[str, int] = file["blocks"]
    if "list" in change:
        names = [_short(file, name) for name in change["list"]]
        if not set(names) <= blocks.keys():
            raise Refused("InvalidBlockList")
        file["received"] = sum(blocks[name] for name in names)
    elif change["block"]:
        blocks[_short(file, change["block"])] = change["size"]
        if len(blocks) > _MOST_BLOCKS:
            raise Refused("BlockCountExceedsLimit")
    else:
        file["received"] = change["size"]
    rows.change(work, row, file, None)


def _created() -> Response:
    response = Response(status=201)
    response.headers["x-ms-version"] = _API_VERSION
    response.headers["x-ms-request-id"] = wire.request_id()
    response.headers["x-ms-request-server-encrypted"] = "true"
    return response


def _refusal(code: str) -> Response:
    status, message = _TEXTS[code]
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    response = Response(body, status, mimetype="application/xml")
    response.headers["x-ms-error-code"] = code
    response.headers["x-ms-request-id"] = wire.request_id()
    return response


def _on_http_error(error: HTTPException) -> Response:
    codes = {413: "RequestBodyTooLarge", 405: "UnsupportedHttpVerb"}
    return _refusal(codes.get(error.code or 0, "BlobNotFound"))
