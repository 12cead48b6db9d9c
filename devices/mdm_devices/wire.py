"""HTTP, as devices speak it: a session per thread, polite retries, errors as codes."""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import requests

from mdm_devices.connection import Connection

TRIES = 5
LONGEST_WAIT = 30.0
TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds to answer
BUSY = (429, 503)
CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class UnreachableError(Exception):
    """Nothing answered at the service's address."""


class RefusedError(Exception):
    """The service answered with an error: its status, and its code without any value."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it, without any value: `name` is a path without ids.

    `code` is an error's code, None when it went well; `size` is the answer's, in bytes.
    """

    method: str
    name: str
    milliseconds: float
    size: int
    code: str | None


@dataclass(frozen=True)
class Answer:
    """A successful answer: its JSON object, and how long the request took."""

    body: dict[str, Any]
    milliseconds: float


class Wire:
    """Requests to one service, safe to share between threads."""

    def __init__(
        self,
        connection: Connection,
        sleep: Callable[[float], None] = time.sleep,
        observe: Callable[[Exchange], None] | None = None,
    ) -> None:
        self._connection = connection
        self._sleep = sleep
        self._observe = observe
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: set[requests.Session] = set()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in self._sessions:
            session.close()

    def hang_up(self) -> None:
        """Close the connection of this thread; the next request makes another."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None:
            del self._local.session
            with self._lock:
                self._sessions.discard(session)
            session.close()

    def get(self, path: str, token: str, name: str | None = None) -> Answer:
        """GET a JSON object; `name` is the path without ids. As `post`."""
        return self._send("GET", path, name or path, headers=_bearer(token))

    def post(self, path: str, token: str, body: dict[str, Any], name: str | None = None) -> Answer:
        """POST a JSON object. Raises RefusedError, UnreachableError."""
        return self._send("POST", path, name or path, headers=_bearer(token), json=body)

    def lines(self, path: str, token: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """POST JSON lines; returns the answers, a line each. Raises as `post`."""
        content = "".join(json.dumps(body) + "\n" for body in bodies).encode()
        headers = _bearer(token) | {"Content-Type": "application/x-ndjson"}
        response, _ = self._answered("POST", path, path, headers=headers, data=content)
        try:
            return [json.loads(line) for line in response.content.splitlines()]
        except ValueError:
            raise RefusedError(response.status_code, "unexpectedAnswer") from None

    def delete(self, path: str, token: str) -> Answer:
        """DELETE what the token stands for. Raises RefusedError, UnreachableError."""
        return self._send("DELETE", path, path, headers=_bearer(token))

    def form(self, path: str, fields: dict[str, str], name: str | None = None) -> Answer:
        """POST a form. Raises RefusedError, UnreachableError."""
        return self._send("POST", path, name or path, data=fields)

    def _send(self, method: str, path: str, name: str, **content: Any) -> Answer:
        response, milliseconds = self._answered(method, path, name, **content)
        return Answer(_object(response), milliseconds)

    def _answered(
        self, method: str, path: str, name: str, **content: Any
    ) -> tuple[requests.Response, float]:
        """A successful answer and how long it took; a busy service is asked again."""
        for attempt in range(TRIES):
            began = time.perf_counter()
            try:
                response = self._request(method, self._connection.url + path, content)
            except UnreachableError:
                self._tell(Exchange(method, name, _since(began), 0, "unreachable"))
                raise
            milliseconds = _since(began)
            status = response.status_code
            code = None if response.ok else code_of(status, _object(response))
            self._tell(Exchange(method, name, milliseconds, len(response.content), code))
            if code is None:
                return response, milliseconds
            if status not in BUSY or attempt == TRIES - 1:
                break
            self._sleep(wait_of(response.headers.get("Retry-After"), attempt))
        raise RefusedError(status, str(code))

    def _tell(self, exchange: Exchange) -> None:
        if self._observe is not None:
            self._observe(exchange)

    def _request(self, method: str, url: str, content: dict[str, Any]) -> requests.Response:
        try:
            return self._session().request(
                method, url, timeout=TIMEOUT, allow_redirects=False, **content
            )
        except requests.exceptions.SSLError as error:
            raise UnreachableError("its certificate is not trusted (see --ca-file)") from error
        except requests.exceptions.Timeout as error:
            raise UnreachableError("no answer in time") from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise UnreachableError("no connection") from error

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False  # a .netrc or a proxy must not replace the device's token
            session.verify = self._connection.ca_file or True
            with self._lock:
                self._sessions.add(session)
        return session


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def wait_of(retry_after: str | None, attempt: int) -> float:
    """Seconds to wait before another try: what the service asks, within bounds."""
    asked = float(retry_after) if retry_after and retry_after.isdecimal() else 0.5 * 2.0**attempt
    return min(asked, LONGEST_WAIT)


def code_of(status: int, body: dict[str, Any]) -> str:
    """The error code of a body in Graph's or OAuth's shape; `http404` when it has none."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) and CODE.fullmatch(code) else f"http{status}"


def _object(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json() if response.content else {}
    except requests.exceptions.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
