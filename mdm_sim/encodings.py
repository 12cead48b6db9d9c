"""Content codings: request bodies that come in gzip, and answers that go out so (RFC 9110 8.4)."""

from __future__ import annotations

import gzip
import io
import zlib

from flask import Response, request
from werkzeug.http import parse_accept_header
from werkzeug.wsgi import get_input_stream

from mdm_sim.messages import Malformed, TooLarge, WrongMediaType

# Less than this fits into one packet as it is.
LEAST = 1_400
_LEVEL = 5
_GZIP = 16 + zlib.MAX_WBITS
# What most clients send, read already.
_COMMON = {
    "": False,
    "identity": False,
    "gzip": True,
    "gzip, deflate": True,
    "gzip, deflate, br": True,
    "gzip, deflate, br, zstd": True,
}


def unpack() -> None:
    """Put what a request's body was before its coding in the place of the body.

    Raises TooLarge where that is more than the limit of a body, whatever it came from; Malformed
    for anything but one whole gzip member; WrongMediaType for another coding.
    """
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    if coding in {"", "identity"}:
        return
    if coding not in {"gzip", "x-gzip"}:
        message = "the body has to be in gzip or in no coding at all"
        raise WrongMediaType(message)
    environ, most = request.environ, request.max_content_length or 0
    packed = get_input_stream(environ, max_content_length=most).read()
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, most + 1)
    except zlib.error:
        body = b""
    if len(body) > most or len(packed) >= most:
        message = "the body is larger than the service takes once it is unpacked"
        raise TooLarge(message)
    if not unpacker.eof or unpacker.unused_data:
        message = "the body is not gzip"
        raise Malformed(message)
    for name in ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated"):
        environ.pop(name, None)
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def pack(response: Response) -> Response:
    """The answer in gzip where the caller takes that and the body is worth it."""
    if response.is_streamed or "Content-Encoding" in response.headers:
        return response
    body, headers = packed(response.get_data(), request.headers.get("Accept-Encoding", ""))
    if headers:
        response.vary.add("Accept-Encoding")
    for name, text in headers[1:]:
        response.set_data(body)
        response.headers[name] = text
    return response


def packed(body: bytes, accepted: str) -> tuple[bytes, list[tuple[str, str]]]:
    """A body in gzip where `accepted` (Accept-Encoding) takes that and it is worth it.

    Returns with it the headers that say so; the first is that the answer varies.
    """
    if len(body) < LEAST:
        return body, []
    headers = [("Vary", "Accept-Encoding")]
    if not _takes_gzip(accepted):
        return body, headers
    return gzip.compress(body, _LEVEL, mtime=0), [*headers, ("Content-Encoding", "gzip")]


def _takes_gzip(accepted: str) -> bool:
    if accepted in _COMMON:
        return _COMMON[accepted]
    return bool(parse_accept_header(accepted)["gzip"] > 0)
