"""Redirect URIs: which an application may use, and how an answer gets there (RFC 6749 3.1.2).

A loopback address over http may have any port, as at Entra (RFC 8252 7.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

PUBLIC = "public"
MODES = ("query", "fragment", "form_post")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TEXT = re.compile(r"[!-~]{1,2048}")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where an answer goes: a registered URI, of a platform (web or public), in a response mode.

    `state` is the client's own and goes back to it as it came.
    """

    uri: str
    platform: str
    mode: str = MODES[0]
    state: str = ""

    def with_state(self, answer: Mapping[str, str]) -> dict[str, str]:
        """An answer's parameters with the client's state."""
        return {**answer, **({"state": self.state} if self.state else {})}

    def location(self, answer: Mapping[str, str]) -> str:
        """The URL that carries an answer in its query or its fragment."""
        carried = urlencode(self.with_state(answer))
        parts = urlsplit(self.uri)
        if self.mode == MODES[1]:
            return urlunsplit(parts._replace(fragment=carried))
        return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, carried)))))

    @property
    def source(self) -> str:
        """The URI's origin as a source of a Content-Security-Policy (CSP 3, 2.3.1)."""
        parts = urlsplit(self.uri)
        if parts.scheme not in {"http", "https"}:
            return f"{parts.scheme}:"
        return f"{parts.scheme}://{parts.netloc}"


def platform_of(registered: Mapping[str, Sequence[str]], given: str) -> str | None:
    """The platform for which an application registered a URI; None when it did for none."""
    return next(
        (name for name, uris in registered.items() for uri in uris if _matches(uri, given)), None
    )


def _matches(registered: str, given: str) -> bool:
    """Whether they are the same; of a loopback address the port does not count."""
    if not _TEXT.fullmatch(given):
        return False
    own = urlsplit(registered)
    if own.scheme != "http" or own.hostname not in _LOOPBACK:
        return given == registered
    try:
        other = urlsplit(given)
        return _without_port(other) == _without_port(own) and (other.port or 0) >= 0
    except ValueError:
        return False


def _without_port(parts: SplitResult) -> tuple[str, ...]:
    """Whatever is not taken apart here, as a user's name would be, stays in the host."""
    host = re.sub(r":[0-9]{1,5}$", "", parts.netloc)
    return parts.scheme, host, parts.path or "/", parts.query, parts.fragment
