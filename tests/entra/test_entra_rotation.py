"""Keys change: a new one is published before it signs, an old one stays while its tokens live."""

from entra.conftest import APP, Asking
from flask.testing import FlaskClient
from joserfc import jws

from mdm_sim import tenant, tokens
from mdm_sim.store.tables import signing_keys
from mdm_sim.store.work import Desk

DAY = 24 * 3600
PERIOD = tokens.KEY_PERIOD_SECONDS


def rotate(desk: Desk, later: float) -> int:
    """Rotate the keys so many seconds from now."""
    with desk.store.write() as connection:
        return tokens.rotate(connection, tenant.TENANT_ID, desk.clock.now() + later)


def published(desk: Desk) -> list[str]:
    """The ids of the keys, the oldest first."""
    with desk.store.read() as connection:
        return [key["kid"] for key in tokens.public_keys(connection, tenant.TENANT_ID)]


def signed(desk: Desk, later: float) -> str:
    """A token that is issued so many seconds from now."""
    now = int(desk.clock.now() + later)
    said = {
        "aud": tokens.GRAPH,
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "tid": tenant.TENANT_ID,
        "appid": "a",
        "app_displayname": "A",
    }
    with desk.store.read() as connection:
        return tokens.sign(connection, tenant.TENANT_ID, said)


def signer(token: str) -> str:
    """The id of the key that signed a token."""
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def test_a_young_key_stays_alone(desk: Desk) -> None:
    """The key of the prepared tenant can be some minutes old already."""
    before = published(desk)
    assert rotate(desk, PERIOD - DAY) == 0
    assert published(desk) == before


def test_a_new_key_is_published_a_day_before_it_signs(desk: Desk) -> None:
    (old,) = published(desk)
    rotate(desk, PERIOD + 60)
    found, new = published(desk)
    assert found == old
    assert signer(signed(desk, PERIOD + DAY - 60)) == old
    assert signer(signed(desk, PERIOD + DAY + 120)) == new


def test_an_old_key_stays_as_long_as_its_tokens(desk: Desk) -> None:
    (old,) = published(desk)
    rotate(desk, PERIOD + 60)
    last = signed(desk, PERIOD + DAY)
    assert signer(last) == old
    assert rotate(desk, PERIOD + DAY + 3600) == 0
    with desk.store.read() as connection:
        tokens.verify(connection, last, desk.clock.now() + PERIOD + DAY + 3500)
    assert rotate(desk, PERIOD + DAY + 3600 + 600) == 1
    assert old not in published(desk)


def test_rotating_again_changes_nothing(desk: Desk) -> None:
    rotate(desk, PERIOD + 60)
    before = published(desk)
    assert rotate(desk, PERIOD + 61) == 0
    assert published(desk) == before


def test_a_tenant_without_keys_gets_none(desk: Desk) -> None:
    with desk.store.write() as connection:
        connection.execute(signing_keys.delete())
    assert rotate(desk, PERIOD) == 0
    assert published(desk) == []


def test_the_published_keys_are_those_that_verify(
    client: FlaskClient, ask: Asking, desk: Desk
) -> None:
    rotate(desk, PERIOD + 60)
    told = client.get("/common/discovery/v2.0/keys").json["keys"]
    assert [key["kid"] for key in told] == published(desk)
    assert signer(ask(APP).json["access_token"]) == told[0]["kid"]
