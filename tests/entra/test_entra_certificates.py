"""A client proves itself by a JWT that its certificate signed: what is taken, what is refused."""

import hmac
import time
from base64 import urlsafe_b64encode
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from entra.conftest import APP, Asking, claims
from entra.flows import (
    ASSERTION_TYPE,
    HERE,
    SHA1_NAME,
    SHA256_NAME,
    assertion,
    base64url,
    certificate,
)
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey

from mdm_sim import tenant

FORM = {name: value for name, value in APP.items() if name != "client_secret"}
ANOTHER_KEY = RSAKey.generate_key(2048)
OWN_KEY = load_pem_private_key(tenant.CERTIFICATE_FILE.read_bytes(), None)
assert isinstance(OWN_KEY, RSAPrivateKey)
OURS = "https://localhost"
HEX = certificate().fingerprint(certificate().signature_hash_algorithm).hex()

# fmt: off
TAKEN = (
    # header, claims
    (SHA1_NAME,                          {}),
    (SHA256_NAME,                        {}),
    ({**SHA256_NAME, "alg": "PS256"},    {}),
    ({"kid": HEX.upper()},               {}),
    ({**SHA1_NAME, "x5c": ["AA=="]},     {}),
    ({**SHA1_NAME, "unknown": "x"},      {}),
    (SHA1_NAME, {"aud": f"{OURS}/{tenant.TENANT_ID}/oauth2/token"}),
    (SHA1_NAME, {"aud": f"{OURS}/{tenant.TENANT_ID}/v2.0"}),
    (SHA1_NAME, {"aud": f"{OURS}/{tenant.DOMAIN}/oauth2/v2.0/token"}),
    (SHA1_NAME, {"aud": f"{OURS}/common/oauth2/v2.0/token"}),
    (SHA1_NAME, {"aud": f"https://login.microsoftonline.com/{tenant.TENANT_ID}/oauth2/v2.0/token"}),
    (SHA1_NAME, {"jti": None}),
    (SHA1_NAME, {"nbf": 1.5}),
)
REFUSED = (
    # header, claims, number
    ({**SHA1_NAME, "alg": "RS384"}, {},                             700027),
    ({"x5t": "AAAA"},               {},                             700027),
    ({"kid": tenant.CLIENT_ID},     {},                             700027),
    ({},                            {},                             5002723),
    (SHA1_NAME, {"iss": tenant.PUBLIC_CLIENT_ID},                   700021),
    (SHA1_NAME, {"sub": None},                                      700021),
    (SHA1_NAME, {"aud": f"{OURS}/{tenant.TENANT_ID}/oauth2/other"}, 700023),
    (SHA1_NAME, {"aud": f"https://a.example{HERE}/token"},          700023),
    (SHA1_NAME, {"aud": f"http://localhost{HERE}/token"},           700023),
    (SHA1_NAME, {"aud": f"{OURS}/contoso.example/oauth2/token"},    700023),
    (SHA1_NAME, {"aud": "https://[/"},                              700023),
    (SHA1_NAME, {"aud": ["x", "y"]},                                700023),
    (SHA1_NAME, {"aud": None},                                      700023),
    (SHA1_NAME, {"exp": 5.5},                                       700024),
    (SHA1_NAME, {"exp": None},                                      700024),
    (SHA1_NAME, {"exp": "soon"},                                    700024),
    (SHA1_NAME, {"exp": True},                                      700024),
    (SHA1_NAME, {"nbf": 10**400},                                   700027),
    (SHA1_NAME, {"nbf": 9e12},                                      700024),
)
MALFORMED = ("a.b.c", "", "x", "a.b", "é.b.c", "." * 9, "x" * 20_000)
# fmt: on


@pytest.mark.parametrize(("header", "change"), TAKEN)
def test_an_assertion_that_the_certificate_signed_is_taken(
    ask: Asking, header: dict[str, Any], change: dict[str, Any]
) -> None:
    answer = ask(FORM | assertion(header, **change))
    assert answer.status_code == 200, answer.json
    assert claims(answer.json["access_token"])["appidacr"] == "2"


@pytest.mark.parametrize(("header", "change", "number"), REFUSED)
def test_what_is_refused_of_an_assertion(
    ask: Asking, header: dict[str, Any], change: dict[str, Any], number: int
) -> None:
    answer = ask(FORM | assertion(header, **change))
    assert answer.json["error_codes"] == [number]
    assert answer.status_code == (400 if number == 5002723 else 401)


@pytest.mark.parametrize("given", MALFORMED)
def test_what_is_no_assertion_proves_nothing(ask: Asking, given: str) -> None:
    answer = ask(FORM | assertion() | {"client_assertion": given})
    assert answer.json["error_codes"] == [700027 if given else 7000218]


def padded(payload: bytes, signed: bytes | None = None) -> dict[str, str]:
    """An assertion in padded base64, as azure-identity writes it; `signed` in place of itself."""
    head = urlsafe_b64encode(orjson.dumps({"alg": "PS256", **SHA256_NAME}))
    said = head + b"." + urlsafe_b64encode(payload)
    pss = PSS(MGF1(SHA256()), SHA256.digest_size)
    signature = OWN_KEY.sign(signed or said, pss, SHA256())
    text = said + b"." + urlsafe_b64encode(signature)
    return {"client_assertion": text.decode(), "client_assertion_type": ASSERTION_TYPE}


@pytest.mark.parametrize("length", range(4))
def test_an_assertion_may_be_padded(ask: Asking, length: int) -> None:
    said = {
        "iss": tenant.CLIENT_ID,
        "sub": tenant.CLIENT_ID,
        "exp": time.time() + 600,
        "aud": f"{OURS}{HERE}/token",
        "x": "y" * length,
    }
    assert ask(FORM | padded(orjson.dumps(said))).status_code == 200
    assert ask(FORM | padded(orjson.dumps(said), b"x")).json["error_codes"] == [700027]


@pytest.mark.parametrize("payload", [b"", b"[]", b"7", b"[1]", b'"x"', b"{", b"\xff"])
def test_what_is_signed_is_an_object(ask: Asking, payload: bytes) -> None:
    number = ask(FORM | padded(payload)).json["error_codes"]
    assert number in ([700027], [700021])


def test_another_key_proves_nothing(ask: Asking) -> None:
    assert ask(FORM | assertion(key=ANOTHER_KEY)).json["error_codes"] == [700027]


def test_an_assertion_without_a_real_signature_proves_nothing(ask: Asking) -> None:
    _, said, _ = assertion()["client_assertion"].split(".")
    public = (
        certificate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    for algorithm in ("none", "HS256"):
        head = base64url(orjson.dumps({"alg": algorithm, **SHA256_NAME}))
        mac = hmac.digest(public, f"{head}.{said}".encode(), "sha256")
        signature = base64url(mac) if algorithm == "HS256" else ""
        given = {"client_assertion": f"{head}.{said}.{signature}"}
        assert ask(FORM | assertion() | given).json["error_codes"] == [700027]


def test_an_assertion_has_a_type(ask: Asking) -> None:
    for kind in (None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"):
        answer = ask(FORM | assertion(), client_assertion_type=kind)
        assert answer.json["error_codes"] == [900144]


def test_a_client_gives_one_proof(ask: Asking) -> None:
    both = ask(APP | assertion())
    assert both.json["error_codes"] == [9002313]


def test_a_public_client_has_none_to_give(ask: Asking) -> None:
    public = {"client_id": tenant.PUBLIC_CLIENT_ID}
    for given in (APP, FORM | assertion()):
        assert ask(given | public).json["error_codes"] == [700025]


def test_an_assertion_may_come_again_as_msal_sends_it(ask: Asking) -> None:
    once = FORM | assertion()
    assert [ask(once).status_code for _ in range(2)] == [200, 200]


def test_an_assertion_ends(ask: Asking) -> None:
    now = time.time()
    assert ask(FORM | assertion(exp=now - 200)).status_code == 200  # clocks differ
    assert ask(FORM | assertion(exp=now - 400)).json["error_codes"] == [700024]


def test_the_address_that_was_called_is_an_audience(client: FlaskClient) -> None:
    given = FORM | assertion(aud=f"https://10.1.2.3:7443{HERE}/token")
    path = f"{HERE}/token"
    assert client.post(path, data=given, base_url="https://10.1.2.3:7443").status_code == 200
    assert client.post(path, data=given).json["error_codes"] == [700023]


def test_the_registered_part_is_the_public_one() -> None:
    assert all("PRIVATE" not in pem for app in tenant.APPS for pem in app.certificates)
    assert ASSERTION_TYPE in assertion().values()
