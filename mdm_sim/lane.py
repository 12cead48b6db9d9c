"""The lane: the hot doors, gone through before Flask when a request is as they come every day.

It adds no door: each is the function that Flask's own route calls. Whatever is out of the ordinary
(another method or coding, a proxy's word, an odd host, any refusal) goes on to Flask as if nothing
had been here: a refused request changes nothing, so that Flask can do it again and say why. What
crashed, or met no database, is not done again; Flask is told of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Set
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import uuid_utils

from mdm_sim import encodings, wire
from mdm_sim.graph.everyday import Read, Reader
from mdm_sim.messages import Asked, Door, Fault, Unavailable

# Hosts that need no second look; others are for Flask to judge.
_LABEL, _PORT = "[A-Za-z0-9-]{1,63}", "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}(?::(?:{_PORT}))?")
_TYPES = {wire.JSON, f"{wire.JSON}; charset=utf-8"}
_UNUSUAL = {"HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"}
# What asks of a read no more than the usual.
_ACCEPTED = {"", "*/*", wire.JSON}
_ASKING_MORE = {*_UNUSUAL, "HTTP_PREFER", "HTTP_CONSISTENCYLEVEL", "HTTP_ORIGIN"}
# A caller's name for a request that is told back as it came.
_GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOBODY = "00000000-0000-0000-0000-000000000000"
_PORTS = {"http": ":80", "https": ":443"}
_STATUS = {200: "200 OK", 201: "201 CREATED"}


def before(
    inner: WSGIApplication,
    doors: Mapping[tuple[str, str], Door],
    reader: Reader,
    most: int,
) -> WSGIApplication:
    """`inner` behind the lane; `doors` are by method and path, `most` is the limit of a body."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            return _read(inner, reader, environ, start_response)
        door = doors.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if door is None or not _is_ordinary(environ, most):
            return inner(environ, start_response)
        token = wire.token_of(environ["HTTP_AUTHORIZATION"])
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            told = door(Asked(token, body, str(uuid_utils.uuid4())))
        except Exception as error:  # noqa: BLE001
            environ["wsgi.input"] = io.BytesIO(body)
            if not isinstance(error, Fault) or isinstance(error, Unavailable):
                environ[wire.CRASHED] = error
            return inner(environ, start_response)
        content, headers = encodings.packed(told.body, environ.get("HTTP_ACCEPT_ENCODING", ""))
        start_response(
            _STATUS[told.status],
            [
                ("Content-Type", wire.JSON),
                ("Content-Length", str(len(content))),
                ("Cache-Control", wire.UNCACHED),
                *headers,
            ],
        )
        return [content]

    return application


def _read(
    inner: WSGIApplication,
    reader: Reader,
    environ: WSGIEnvironment,
    start_response: StartResponse,
) -> Iterable[bytes]:
    """What the reader shows, or `inner` where that is not its own to answer."""
    shown = None
    if (
        environ.get("CONTENT_LENGTH", "") in {"", "0"}
        and environ.get("HTTP_ACCEPT", "") in _ACCEPTED
        and _GUID.fullmatch(environ.get("HTTP_CLIENT_REQUEST_ID", _NOBODY))
        and _is_plain(environ, _ASKING_MORE)
    ):
        try:
            shown = reader(_wanted(environ))
        except Exception as error:  # noqa: BLE001
            # A refusal is told again, and in full, behind the lane.
            if not isinstance(error, Fault) or isinstance(error, Unavailable):
                environ[wire.CRASHED] = error
    if shown is None:
        return inner(environ, start_response)
    content, headers = encodings.packed(shown.body, environ.get("HTTP_ACCEPT_ENCODING", ""))
    start_response(
        _STATUS[200],
        [
            ("Content-Type", shown.content_type),
            ("Content-Length", str(len(content))),
            *shown.headers,
            ("Vary", "Accept-Encoding"),
            *headers[1:],
        ],
    )
    return [content]


def _wanted(environ: WSGIEnvironment) -> Read:
    scheme, own = environ["wsgi.url_scheme"], str(uuid_utils.uuid4())
    host = environ["HTTP_HOST"].removesuffix(_PORTS.get(scheme, ""))
    return Read(
        wire.token_of(environ["HTTP_AUTHORIZATION"]),
        f"{scheme}://{host}",
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        own,
        environ.get("HTTP_CLIENT_REQUEST_ID", own),
    )


def _is_ordinary(environ: WSGIEnvironment, most: int) -> bool:
    """Whether nothing of a request with a body is for Flask to judge."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        length.isascii()
        and length.isdigit()
        and len(length) < 10
        and int(length) <= most
        and environ.get("CONTENT_TYPE") in _TYPES
        and _is_plain(environ, _UNUSUAL)
    )


def _is_plain(environ: WSGIEnvironment, unusual: Set[str]) -> bool:
    """Whether the headers of a request are few, ordinary, and name a host and a caller."""
    size = 0
    for name, text in environ.items():
        if name.startswith("HTTP_"):
            size += len(text)
            if name in unusual or name.startswith("HTTP_X_FORWARDED"):
                return False
    return (
        size <= wire.MOST_HEADER_CHARACTERS
        and not environ.get("SCRIPT_NAME")
        and _HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None
        and wire.token_of(environ.get("HTTP_AUTHORIZATION", "")) != ""
    )
