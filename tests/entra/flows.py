"""Flows as clients and people go through them: an authorization request, a form, an assertion."""

from __future__ import annotations

import hashlib
import time
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from mdm_sim import tenant

VERIFIER = "v" * 43
REDIRECT = "http://localhost:5005"
HERE = f"/{tenant.TENANT_ID}/oauth2/v2.0"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REQUEST = {
    "client_id": tenant.PUBLIC_CLIENT_ID,
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "openid profile offline_access User.Read",
    "state": "the-clients-own",
    "code_challenge_method": "S256",
}
PERSON = {"username": tenant.ADMIN.upn, "password": tenant.PASSWORD, "choice": "sign-in"}
CODE = {
    "grant_type": "authorization_code",
    "client_id": tenant.PUBLIC_CLIENT_ID,
    "redirect_uri": REDIRECT,
    "code_verifier": VERIFIER,
}
_JWS = jws.JWSRegistry(algorithms=["RS256", "PS256", "RS384"], strict_check_header=False)


def base64url(data: bytes) -> str:
    """Base64 as JOSE writes it (RFC 7515 2)."""
    return urlsafe_b64encode(data).decode().rstrip("=")


REQUEST["code_challenge"] = base64url(hashlib.sha256(VERIFIER.encode()).digest())


def changed(form: dict[str, str], change: dict[str, Any]) -> dict[str, str]:
    """A form with other values; None leaves one out."""
    return {name: value for name, value in (form | change).items() if value is not None}


def authorize(
    client: FlaskClient,
    person: dict[str, str] | None = None,
    where: str = f"{HERE}/authorize",
    headers: dict[str, str] | None = None,
    **change: Any,
) -> TestResponse:
    """What an authorization request is answered, or the form of its page filled in by a person."""
    query = changed(REQUEST, change)
    if person is None:
        return client.get(where, query_string=query)
    return client.post(where, query_string=query, data=person, headers=headers)


def sent(answer: TestResponse, part: str = "query") -> dict[str, str]:
    """What a redirect carries to the client."""
    assert answer.status_code == 302, answer.text
    pairs = parse_qs(getattr(urlsplit(answer.location), part))
    return {name: values[0] for name, values in pairs.items()}


def code(client: FlaskClient, **change: Any) -> str:
    """A code that a person got for a client."""
    return sent(authorize(client, PERSON, **change))["code"]


def certificate() -> x509.Certificate:
    """The development client's certificate."""
    return x509.load_pem_x509_certificate(tenant.CERTIFICATE_FILE.read_bytes())


def thumbprint(algorithm: HashAlgorithm) -> str:
    """How a header names the development client's certificate."""
    return base64url(certificate().fingerprint(algorithm))


SHA1_NAME = {"x5t": thumbprint(SHA1())}  # noqa: S303
SHA256_NAME = {"x5t#S256": thumbprint(SHA256())}


def assertion(
    header: dict[str, Any] | None = None, key: RSAKey | None = None, **change: Any
) -> dict[str, str]:
    """The parameters of a client that proves itself by its certificate (RFC 7523 2.2)."""
    now = time.time()
    claims = {
        "aud": f"https://localhost{HERE}/token",
        "iss": tenant.CLIENT_ID,
        "sub": tenant.CLIENT_ID,
        "jti": str(uuid4()),
        "iat": now,
        "exp": now + 600,
    }
    head = {"alg": "RS256", **(SHA1_NAME if header is None else header)}
    own = key or RSAKey.import_key(tenant.CERTIFICATE_FILE.read_bytes().split(b"-----BEGIN C")[0])
    said = {name: value for name, value in (claims | change).items() if value is not None}
    signed = jwt.encode(head, said, own, registry=_JWS)
    return {"client_assertion": signed, "client_assertion_type": ASSERTION_TYPE}
