"""HTTP, as devices speak it: a session per thread, polite retries, errors as codes."""

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
class Answer:
    """A successful answer: its JSON object, and how long the request took."""

    body: dict[str, Any]
    milliseconds: float


class Wire:
    """Requests to one service, safe to share between threads."""

    def __init__(self, connection: Connection, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._sleep = sleep
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[requests.Session] = []

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

    def post(self, path: str, token: str, body: dict[str, Any]) -> Answer:
        """POST a JSON object. Raises RefusedError, UnreachableError."""
        headers = {"Authorization": f"Bearer {token}"}
        return self._send("POST", self._connection.url + path, headers=headers, json=body)

    def delete(self, path: str, token: str) -> Answer:
        """DELETE what the token stands for. Raises RefusedError, UnreachableError."""
        headers = {"Authorization": f"Bearer {token}"}
        return self._send("DELETE", self._connection.url + path, headers=headers)

    def form(self, url: str, fields: dict[str, str]) -> Answer:
        """POST a form to a full address. Raises RefusedError, UnreachableError."""
        return self._send("POST", url, data=fields)

    def _send(self, method: str, url: str, **content: Any) -> Answer:
        for attempt in range(TRIES):
            began = time.perf_counter()
            response = self._request(method, url, content)
            milliseconds = (time.perf_counter() - began) * 1000
            if response.ok:
                return Answer(_object(response), milliseconds)
            if response.status_code not in BUSY or attempt == TRIES - 1:
                break
            self._sleep(wait_of(response.headers.get("Retry-After"), attempt))
        raise RefusedError(response.status_code, code_of(response.status_code, _object(response)))

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
                self._sessions.append(session)
        return session


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
