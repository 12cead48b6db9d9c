"""Where the service is and who signs in: from a ready file, or from options."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEVELOPMENT_TENANT = "5f1d0000-0000-4000-8000-000000000001"
DEVELOPMENT_CLIENT = "5f1d0000-0000-4000-8000-0000000000c1"
SIGN_IN = "/{tenant}/oauth2/v2.0/token"


class ConnectionFileError(ValueError):
    """A ready file that cannot be read, or that lacks something."""


@dataclass(frozen=True)
class User:
    """Someone devices enroll for, or who administers them."""

    upn: str
    password: str


@dataclass(frozen=True)
class Connection:
    """All that is needed to reach the service. `ca_file` is for https; there may be no `admin`."""

    url: str
    tenant_id: str
    client_id: str
    users: tuple[User, ...]
    ca_file: str | None = None
    admin: User | None = None

    @property
    def sign_in_path(self) -> str:
        """The token endpoint of the tenant, below the address."""
        return SIGN_IN.format(tenant=self.tenant_id)


def from_ready_file(path: Path) -> Connection:
    """The connection a running service wrote down. Raises ConnectionFileError."""
    try:
        ready = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConnectionFileError(f"cannot read the ready file {path}") from error
    if not isinstance(ready, dict):
        raise ConnectionFileError(f"the ready file {path} must hold a JSON object")
    url = ready.get("http_url") or _named(ready, "base_url")
    return Connection(
        url=str(url).rstrip("/"),
        tenant_id=_named(ready, "tenant_id"),
        client_id=_named(ready, "client_id"),
        users=_users(ready),
        ca_file=ready.get("ca_file"),
        admin=_admin(ready),
    )


def _users(ready: dict[str, Any]) -> tuple[User, ...]:
    listed = ready.get("users") or [
        {"upn": _named(ready, "user_upn"), "password": _named(ready, "user_password")}
    ]
    return tuple(User(_named(entry, "upn"), _named(entry, "password")) for entry in listed)


def _admin(ready: dict[str, Any]) -> User | None:
    if "admin_upn" not in ready:
        return None
    return User(_named(ready, "admin_upn"), _named(ready, "admin_password"))


def _named(ready: dict[str, Any], name: str) -> str:
    value = ready.get(name)
    if not isinstance(value, str) or not value:
        raise ConnectionFileError(f"the ready file has no {name}")
    return value
