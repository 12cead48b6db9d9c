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
    28000:   Refusal(400, "invalid_request",
                     "The input parameter 'scope' is not valid because it contains more than one"
                     " resource."),
    50011:   Refusal(400, "invalid_request",
                     "The redirect URI specified in the request does not match the redirect URIs"
                     " configured for the application."),
    50013:   Refusal(400, "invalid_grant",
                     "Assertion failed signature validation or is malformed."),
    50049:   Refusal(400, "invalid_instance", "Unknown or invalid instance."),
    50057:   Refusal(400, "invalid_grant", "The user account is disabled."),
    50058:   Refusal(400, "login_required",
                     "A silent sign-in request was sent but no user is signed in."),
    50126:   Refusal(400, "invalid_grant",
                     "Error validating credentials due to invalid username or password."),
    50194:   Refusal(400, "invalid_request",
                     "The application is not configured as a multi-tenant application."
                     " Use a tenant-specific endpoint."),
    54005:   Refusal(400, "invalid_grant",
                     "OAuth2 Authorization code was already redeemed, please retry with a new valid"
                     " code or use an existing refresh token."),
    65001:   Refusal(400, "invalid_grant",
                     "The user or administrator has not consented to use the application with"
                     " these permissions."),
    65004:   Refusal(400, "access_denied", "User declined to consent to access the app."),
    70000:   Refusal(400, "invalid_grant",
                     "The provided grant is malformed, expired, revoked or another client's."),
    70003:   Refusal(400, "unsupported_grant_type", "The grant type is not supported here."),
    70007:   Refusal(400, "invalid_request",
                     "The value of 'response_mode' is not a supported one: 'query', 'fragment' or"
                     " 'form_post'."),
    70008:   Refusal(400, "invalid_grant",
                     "The provided authorization code has expired. Sign in again."),
    70011:   Refusal(400, "invalid_scope",
                     "The provided value for the input parameter 'scope' is not valid."),
    70016:   Refusal(400, "authorization_pending",
                     "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018:   Refusal(400, "invalid_grant",
                     "The code is not valid or has expired. Check it and enter it again."),
    70020:   Refusal(400, "expired_token",
                     "The provided value for the input parameter 'device_code' is not valid. This"
                     " device code has expired."),
    90002:   Refusal(400, "invalid_tenant",
                     "The tenant was not found. Check the tenant ID or domain name."),
    90023:   Refusal(400, "invalid_request", "The value of '{}' is not a supported one."),
    90055:   Refusal(400, "slow_down", "Too many requests. Wait longer between two of them."),
    500011:  Refusal(400, "invalid_resource",
                     "The resource principal was not found in the tenant."),
    500112:  Refusal(400, "invalid_grant",
                     "The reply address does not match the reply address provided when requesting"
                     " the authorization code."),
    500131:  Refusal(400, "invalid_grant",
                     "Assertion audience does not match the client app presenting the assertion."),
    500133:  Refusal(400, "invalid_grant", "Assertion is not within its valid time range."),
    501481:  Refusal(400, "invalid_grant",
                     "The code_verifier does not match the code_challenge supplied in the"
                     " authorization request."),
    501491:  Refusal(400, "invalid_request", "The size of the code challenge is not valid."),
    700016:  Refusal(400, "unauthorized_client",
                     "The application was not found in the directory of this tenant."),
    700021:  Refusal(401, "invalid_client",
                     "Client assertion application identifier does not match 'client_id'."),
    700023:  Refusal(401, "invalid_client",
                     "Client assertion audience claim does not match Realm issuer."),
    700024:  Refusal(401, "invalid_client",
                     "Client assertion is not within its valid time range."),
    700025:  Refusal(401, "invalid_client",
                     "Client is public so neither 'client_assertion' nor 'client_secret' should be"
                     " presented."),
    700027:  Refusal(401, "invalid_client",
                     "Client assertion failed signature validation: the key that signed it is not"
                     " registered."),
    700054:  Refusal(400, "unsupported_response_type",
                     "The response type is not enabled for the application: only 'code' is."),
    900144:  Refusal(400, "invalid_request",
                     "The request body must contain the following parameter: '{}'."),
    900561:  Refusal(405, "invalid_request", "The endpoint only accepts POST requests."),
    5002723: Refusal(400, "invalid_request",
                     "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256"
                     " thumbprint, nor keyId specified in token header."),
    7000114: Refusal(400, "invalid_grant",
                     "Application is not allowed to make application on-behalf-of calls."),
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

    def __init__(self, number: int, parameter: str = "", error: str = "") -> None:
        """`parameter` is the name of the one that is missing or wrong (900144, 90023).

        `error` is the OAuth error, where the number has another one in this place.
        """
        self.number = number
        self.refusal = REFUSALS[number]
        self.error = error or self.refusal.error
        super().__init__(self.refusal.text.format(parameter))


def description(refused: Refused, timestamp: str, trace_id: str, correlation_id: str) -> str:
    """The text of an error, with what it can be found by in a log."""
    return (
        f"AADSTS{refused.number}: {refused.message} Trace ID: {trace_id}"
        f" Correlation ID: {correlation_id} Timestamp: {timestamp}"
    )


def moment(now: float) -> str:
    """A time as errors show it."""
    return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def where_explained(refused: Refused) -> str:
    """Where Microsoft tells what a number means."""
    return f"https://login.microsoftonline.com/error?code={refused.number}"


def body(refused: Refused, now: float, trace_id: str, correlation_id: str) -> dict[str, Any]:
    """The JSON of an error, as MSAL reads it."""
    timestamp = moment(now)
    return {
        "error": refused.error,
        "error_description": description(refused, timestamp, trace_id, correlation_id),
        "error_codes": [refused.number],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": where_explained(refused),
    }
