"""How a client proves itself: by a secret, or by a JWT that its certificate signed (RFC 7523).

MSAL sends the same JWT for as long as it lives, so that one may come more than once, as at Entra.
"""

from __future__ import annotations

import math
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from mdm_sim import tokens
from mdm_sim.entra.directory import Client
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.forms import Credentials

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "PS256")
_NAMING = ("x5t", "x5t#S256", "kid")
_LONGEST = 16 * 1024
_JWS = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_JWS.max_header_length = _LONGEST  # a header may bring the whole chain of certificates (x5c)
_BY_SECRET, _BY_CERTIFICATE = "1", "2"


def prove(
    client: Client,
    given: Credentials,
    form: Mapping[str, str],
    now: float,
    is_here: Callable[[str], bool],
) -> Client:
    """The client, with what it proved; what it may leave out, but does not, has to be right.

    `is_here` says whether an audience is this tenant's here.
    """
    if given.secret is None and given.assertion is None:
        return client
    if client.is_public:
        raise Refused(700025)
    if given.assertion is None:
        if not client.secret_hash or not tokens.is_secret(client.secret_hash, given.secret or ""):
            raise Refused(7000215)
        return replace(client, proof=_BY_SECRET)
    if given.secret is not None:
        raise Refused(9002313)
    claims = _signed(client, given.assertion, now)
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refused(900144, "client_assertion_type")
    _check(client, claims, now, is_here)
    return replace(client, proof=_BY_CERTIFICATE)


def _signed(client: Client, assertion: str, now: float) -> dict[str, Any]:
    """The claims of an assertion that one of the client's certificates signed."""
    if len(assertion) > _LONGEST:
        raise Refused(700027)
    whole = assertion.encode()
    try:
        found = jws.extract_compact(whole.replace(b"=", b""), registry=_JWS)
        header = found.headers()
        names = {str(header[name]).rstrip("=") for name in _NAMING if name in header}
        if not names:
            raise Refused(5002723)
        # Microsoft's clients pad their base64, which JOSE does not, and sign what is padded.
        found.segments["header"], found.segments["payload"], _ = whole.split(b".")
        if not jws.validate_compact(found, _key(client, names, now), registry=_JWS):
            raise Refused(700027)
        return dict(orjson.loads(found.payload))
    except (JoseError, ValueError, TypeError) as error:
        raise Refused(700027) from error


def _key(client: Client, names: set[str], now: float) -> RSAKey:
    for pem in client.certificates:
        found = x509.load_pem_x509_certificate(pem.encode())
        is_valid = (
            found.not_valid_before_utc.timestamp() <= now < found.not_valid_after_utc.timestamp()
        )
        if is_valid and names & _thumbprints(found):
            public = found.public_key()
            return RSAKey.import_key(
                public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            )
    raise Refused(700027)


def _thumbprints(certificate: x509.Certificate) -> set[str]:
    """Under which names a header may name a certificate: its digests, in base64 or hexadecimal."""
    digests = [certificate.fingerprint(algorithm) for algorithm in (SHA1(), SHA256())]  # noqa: S303
    coded = {urlsafe_b64encode(digest).decode().rstrip("=") for digest in digests}
    return (
        coded | {digest.hex().upper() for digest in digests} | {digest.hex() for digest in digests}
    )


def _check(
    client: Client, claims: Mapping[str, Any], now: float, is_here: Callable[[str], bool]
) -> None:
    """RFC 7523 clause 3. Moments may have fractions of a second."""
    if (claims.get("iss"), claims.get("sub")) != (client.id, client.id):
        raise Refused(700021)
    audience = claims.get("aud")
    if not isinstance(audience, str) or not is_here(audience):
        raise Refused(700023)
    end, begin = _moment(claims.get("exp")), _moment(claims.get("nbf", now))
    if not begin - tokens.SKEW_SECONDS <= now < end + tokens.SKEW_SECONDS:
        raise Refused(700024)


def _moment(value: object) -> float:
    """A moment of a claim. What is none (NaN) is neither before nor after any other."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else math.nan  # type: ignore[arg-type]
