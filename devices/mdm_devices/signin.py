"""User tokens, asked for once per user with the password grant."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from mdm_devices.connection import SIGN_IN, Connection, User
from mdm_devices.wire import Answer, RefusedError, Wire

Told = TypeVar("Told")
SCOPE = "https://graph.microsoft.com/.default"


class SignIn:
    """Tokens of the connection's users, shared between threads."""

    def __init__(self, wire: Wire, connection: Connection) -> None:
        self._wire = wire
        self._connection = connection
        self._lock = threading.Lock()
        self._tokens: dict[str, str] = {}

    def token(self, user: User) -> str:
        """The user's token. Raises RefusedError, UnreachableError."""
        with self._lock:
            if user.upn not in self._tokens:
                self._tokens[user.upn] = self._ask(user)
            return self._tokens[user.upn]

    def forget(self, user: User, token: str) -> None:
        """Drop a token that the service no longer takes."""
        with self._lock:
            if self._tokens.get(user.upn) == token:
                del self._tokens[user.upn]

    def post(
        self, user: User, path: str, body: dict[str, object], name: str | None = None
    ) -> Answer:
        """POST as the user. Raises RefusedError, UnreachableError."""
        return self._as_user(user, lambda token: self._wire.post(path, token, body, name))

    def lines(self, user: User, path: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """POST JSON lines as the user. Raises RefusedError, UnreachableError."""
        return self._as_user(user, lambda token: self._wire.lines(path, token, bodies))

    def get(self, user: User, path: str, name: str | None = None) -> Answer:
        """GET as the user. Raises RefusedError, UnreachableError."""
        return self._as_user(user, lambda token: self._wire.get(path, token, name))

    def _as_user(self, user: User, send: Callable[[str], Told]) -> Told:
        """Signs in again, once, when the token has expired."""
        token = self.token(user)
        try:
            return send(token)
        except RefusedError as error:
            if error.status != 401:
                raise
        self.forget(user, token)
        return send(self.token(user))

    def _ask(self, user: User) -> str:
        fields = {
            "grant_type": "password",
            "client_id": self._connection.client_id,
            "username": user.upn,
            "password": user.password,
            "scope": SCOPE,
        }
        answer = self._wire.form(self._connection.sign_in_path, fields, SIGN_IN)
        token = answer.body.get("access_token")
        if not isinstance(token, str):
            raise RefusedError(200, "no_access_token")
        return token
