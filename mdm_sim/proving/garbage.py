"""What is no request, or no body that any door takes: `canary` stands for a canary."""

from __future__ import annotations

from mdm_sim.proving.callers import FORM, JSON
from mdm_sim.proving.stage import Stage

MALFORMED_ROW = "(malformed bodies and requests)"
DEEP = 20

MALFORMED: tuple[tuple[bytes, str], ...] = (
    (b'{"displayName": "canary', JSON),
    (b'["canary"]', JSON),
    (b'{"canary": "\xff\xfe"}', JSON),
    (b'{"a":' * DEEP + b'"canary"' + b"}" * DEEP, JSON),
    (b"canary", "text/plain"),
    (b"displayName=canary", FORM),
    (
        b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\ncanary\r\n--b--',
        "multipart/form-data; boundary=b",
    ),
)
_GARBAGE = (
    b"canary\r\n\r\n",
    b"GET /canary HTTP/9.9\r\nHost: canary\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\ncanary\r\n\r\n",
    b"POST /mdm/v1/check-ins HTTP/1.1\r\nHost: x\r\nContent-Length: canary\r\n\r\n{}",
    b"POST /readyz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncanary\r\n",
    b"canary /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /no/such/canary HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"\x16\x03\x01canary",
)


def garbage(stage: Stage) -> None:
    """Bytes that are no request, to both listeners."""
    for https, tls in ((False, False), (True, True), (True, False)):
        for shape in _GARBAGE:
            text = stage.ledger.name(MALFORMED_ROW, "no request")
            stage.callers.raw(shape.replace(b"canary", text.encode()), https=https, tls=tls)
