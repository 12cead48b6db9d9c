"""Devices that come by profile: they enroll with a token that an administrator made."""

import threading

from mdm_devices.connection import User
from mdm_devices.signin import SignIn
from mdm_devices.wire import RefusedError

DOOR = "/mdm/v1/enrollment-tokens"
# Dedicated devices have no user: the token alone enrolls them.
USERLESS = ("androidEnterpriseDedicatedDevice",)
BY_PROFILE = (
    *USERLESS,
    "androidEnterpriseFullyManaged",
    "androidEnterpriseCorporateWorkProfile",
    "appleBulkWithUser",
)


class Profiles:
    """An enrollment token for each type that comes by profile, asked for once."""

    def __init__(self, sign_in: SignIn, admin: User | None) -> None:
        self._sign_in = sign_in
        self._admin = admin
        self._lock = threading.Lock()
        self._tokens: dict[str, str | None] = {}

    def token(self, enrollment_type: str | None) -> str | None:
        """The token of a type; None where nobody may make one. Raises UnreachableError."""
        if self._admin is None or enrollment_type not in BY_PROFILE:
            return None
        with self._lock:
            if enrollment_type not in self._tokens:
                self._tokens[enrollment_type] = self._ask(self._admin, enrollment_type)
            return self._tokens[enrollment_type]

    def _ask(self, admin: User, enrollment_type: str) -> str | None:
        try:
            answer = self._sign_in.post(admin, DOOR, {"enrollmentType": enrollment_type})
        except RefusedError:
            return None
        token = answer.body.get("token")
        return token if isinstance(token, str) else None
