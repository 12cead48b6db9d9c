"""Refusals as Entra words them: an AADSTS number, an OAuth error (RFC 6749 5.2), a fixed text.

No text holds anything that the caller sent; a `{}` is filled with a parameter's name, ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mdm_sim.messages import Fault


@dataclass(frozen=True, slots=True)
class Refusal:
    """How one AADSTS number is answered."""

    status: int
    error: str
    text: str


# fmt: off
REFUSALS = {
    # number: status, error, text
    50049:   Refusal(400, "invalid_instance", "Unknown or invalid instance."),
    50057:   Refusal(400, "invalid_grant", "The user account is disabled."),
    50126:   Refusal(400, "invalid_grant",
                     "Error validating credentials due to invalid username or password."),
    50194:   Refusal(400, "invalid_request",
                     "The application is not configured as a multi-tenant application."
                     " Use a tenant-specific endpoint."),
    70000:   Refusal(400, "invalid_grant",
                     "The refresh token is malformed, expired, revoked or another client's."),
    70003:   Refusal(400, "unsupported_grant_type", "The grant type is not supported here."),
    70011:   Refusal(400, "invalid_scope",
                     "The provided value for the input parameter 'scope' is not valid."),
    90002:   Refusal(400, "invalid_tenant",
                     "The tenant was not found. Check the tenant ID or domain name."),
    700016:  Refusal(400, "unauthorized_client",
                     "The application was not found in the directory of this tenant."),
    700027:  Refusal(401, "invalid_client",
                     "The key that signed the client assertion is not registered."),
    900144:  Refusal(400, "invalid_request",
                     "The request body must contain the following parameter: '{}'."),
    900561:  Refusal(405, "invalid_request", "The endpoint only accepts POST requests."),
    7000215: Refusal(401, "invalid_client", "Invalid client secret provided."),
    7000218: Refusal(401, "invalid_client",
                     "The request body must contain the following parameter:"
                     " 'client_assertion' or 'client_secret'."),
    9001023: Refusal(400, "invalid_request",
                     "The grant type is not supported over the /common or /consumers endpoints."
                     " Use the /organizations or a tenant-specific endpoint."),
    9002313: Refusal(400, "invalid_request", "The request is malformed or invalid."),
    9002314: Refusal(413, "invalid_request", "The request is too large."),
}
# fmt: on


class Refused(Fault):
    """A request that this door refuses with an AADSTS number."""

    code = "entra"

    def __init__(self, number: int, parameter: str = "") -> None:
        """`parameter` is the name of the parameter that is missing (900144)."""
        self.number = number
        self.refusal = REFUSALS[number]
        super().__init__(self.refusal.text.format(parameter))


def body(refused: Refused, now: float, trace_id: str, correlation_id: str) -> dict[str, Any]:
    """The JSON of an error, as MSAL reads it."""
    timestamp = datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    description = (
        f"AADSTS{refused.number}: {refused.message} Trace ID: {trace_id}"
        f" Correlation ID: {correlation_id} Timestamp: {timestamp}"
    )
    return {
        "error": refused.refusal.error,
        "error_description": description,
        "error_codes": [refused.number],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
    }
