"""`$batch`: up to 20 requests in one, each served as if it had come by itself.

Each part goes through the whole application with the outer request's token, in a context of its
own: it has its own transaction, audit entries, request id and limits.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from flask import Response, current_app, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as Answer

from mdm_sim import wire
from mdm_sim.messages import Detail, Malformed

PATH = "$batch"
MOST = 20
LONGEST_ID, LONGEST_URL = 100, 8_000
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_INSIDE = "mdm_sim.batch"
_JSON = "application/json"
_CORRELATION = "client-request-id"
# Headers that a part may have of its own, and those of its answer that are told.
_PASSED = {
    "accept",
    _CORRELATION,
    "consistencylevel",
    "content-type",
    "if-match",
    "if-none-match",
    "prefer",
}
_TOLD = (
    "Content-Type",
    "OData-Version",
    "Cache-Control",
    "x-ms-resource-unit",
    "Location",
    "OData-EntityId",
    "ETag",
    "Preference-Applied",
    "Retry-After",
    "Allow",
    "WWW-Authenticate",
)
# What a part has in common with the request that brings it.
_CARRIED = (
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "REMOTE_ADDR",
    "HTTP_HOST",
    "HTTP_AUTHORIZATION",
    "wsgi.version",
    "wsgi.url_scheme",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch; `headers` by name in lower case, `after` the ids it waits for."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    after: tuple[str, ...]


def answer(version: str) -> Response:
    """The answers to all parts. Raises Malformed for a batch that is none, and serves nothing."""
    if request.method != "POST":
        raise MethodNotAllowed(valid_methods=["POST"])
    if _INSIDE in request.environ:
        message = "A batch cannot hold a batch."
        raise Malformed(message)
    told: list[dict[str, Any]] = []
    failed: set[str] = set()
    for part in _in_order(_read(wire.read_json())):
        response = _failed_dependency() if failed & set(part.after) else _serve(version, part)
        if response.status_code >= 400:
            failed.add(part.id)
        told.append({"id": part.id, **_shown(response)})
    return wire.answer({"responses": told})


def _read(body: Mapping[str, Any]) -> list[Part]:
    given = body.get("requests")
    if not isinstance(given, list) or not given:
        raise _invalid("/requests", "a list of requests is expected")
    if len(given) > MOST:
        message = f"Number of batch request steps exceeds the maximum value of {MOST}."
        raise Malformed(message)
    parts = [_part(each, f"/requests/{place}") for place, each in enumerate(given)]
    if len({part.id for part in parts}) < len(parts):
        message = "Request Id has to be unique in a batch."
        raise Malformed(message)
    return parts


def _invalid(target: str, expected: str) -> Malformed:
    message = "Invalid batch payload format."
    return Malformed(message, [Detail(target, expected)])


def _part(given: Any, at: str) -> Part:
    if not isinstance(given, dict):
        raise _invalid(at, "an object is expected")
    url, method = given.get("url"), given.get("method")
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST_URL:
        raise _invalid(f"{at}/url", f"a relative URL of at most {LONGEST_URL} is expected")
    if not isinstance(method, str) or method.upper() not in METHODS:
        raise _invalid(f"{at}/method", f"one of {', '.join(METHODS)} is expected")
    headers = _headers(given.get("headers"), f"{at}/headers")
    after = given.get("dependsOn") or []
    if not isinstance(after, list):
        raise _invalid(f"{at}/dependsOn", "a list of ids is expected")
    return Part(
        _id(given.get("id"), f"{at}/id"),
        method.upper(),
        url,
        headers,
        _body(given.get("body"), headers.get("content-type", ""), f"{at}/body"),
        tuple(_id(each, f"{at}/dependsOn") for each in after),
    )


def _id(given: Any, at: str) -> str:
    is_id = isinstance(given, (str, int)) and not isinstance(given, bool)
    if not is_id or not 0 < len(str(given)) <= LONGEST_ID:
        raise _invalid(at, f"a string of at most {LONGEST_ID} or a whole number is expected")
    return str(given)


def _headers(given: Any, at: str) -> dict[str, str]:
    headers = {} if given is None else given
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        raise _invalid(at, "an object of strings is expected")
    known = {name.lower(): text for name, text in headers.items()}
    return {name: text for name, text in known.items() if name in _PASSED}


def _body(given: Any, content_type: str, at: str) -> bytes:
    """A body as bytes: JSON as it stands, anything else from base64."""
    if given is None:
        return b""
    if not content_type:
        message = "Write request does not contain Content-Type header."
        raise Malformed(message, [Detail(at, "a Content-Type among the headers is expected")])
    if content_type.partition(";")[0].strip().lower() == _JSON:
        return orjson.dumps(given)
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise _invalid(at, "base64 is expected for what is not JSON") from None


def _in_order(parts: Sequence[Part]) -> list[Part]:
    """The parts in an order in which none comes before what it waits for.

    Graph knows three patterns: no dependencies; each part after the one before it; and all that
    wait for anything waiting for the same one. Any other is refused, as is an id that is not there.
    """
    waited = {part.after for part in parts if part.after}
    ids = {part.id: part for part in parts}
    if any(each not in ids for after in waited for each in after):
        message = "A request depends on one that is not in the batch."
        raise Malformed(message)
    serial = not parts[0].after and all(two.after == (one.id,) for one, two in pairwise(parts))
    same = len(waited) == 1 and all(len(after) == 1 and not ids[after[0]].after for after in waited)
    if waited and not serial and not same:
        message = "dependsOn has to be absent, the request before, or the same one everywhere."
        raise Malformed(message)
    return list(parts) if serial else sorted(parts, key=lambda part: bool(part.after))


def _serve(version: str, part: Part) -> Answer:
    with current_app.app_context():
        return Answer.from_app(current_app.wsgi_app, _environ(version, part), buffered=True)


def _environ(version: str, part: Part) -> dict[str, Any]:
    """The part as a request of its own (PEP 3333): its URL is below the version of the batch."""
    path, _, query = part.url.partition("#")[0].partition("?")
    outer = request.environ
    headers = {_CORRELATION: wire.correlation_id(), **part.headers}
    content_type = headers.pop("content-type", "")
    return {
        **{name: outer[name] for name in _CARRIED if name in outer},
        **{f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()},
        _INSIDE: True,
        "REQUEST_METHOD": part.method,
        "PATH_INFO": f"/{version}/{unquote_to_bytes(path).decode('latin-1').lstrip('/')}",
        "QUERY_STRING": query.encode().decode("latin-1"),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(part.body)),
        "wsgi.input": io.BytesIO(part.body),
    }


def _failed_dependency() -> Answer:
    message = "The request was not executed: a request that it depends on failed."
    return wire.answer(wire.error_body("FailedDependency", message), 424)


def _shown(response: Answer) -> dict[str, Any]:
    """An answer as a part of the batch's: JSON as it stands, anything else in base64."""
    data = response.get_data()
    body: Any = base64.b64encode(data).decode()
    if not data:
        body = None
    elif response.is_json:
        body = orjson.Fragment(data)
    headers = {name: response.headers[name] for name in _TOLD if name in response.headers}
    return {"status": response.status_code, "headers": headers, "body": body}
