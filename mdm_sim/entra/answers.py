"""What a granted request is answered with: tokens, in the manner of v1.0 or of v2.0."""

from __future__ import annotations

from typing import Any

from mdm_sim import tokens
from mdm_sim.entra import claims
from mdm_sim.entra.asking import Ask, Grant
from mdm_sim.entra.directory import find_user
from mdm_sim.entra.scopes import Scopes

REFRESH_TOKEN_SECONDS = 90 * 24 * 3600
# A second less than the token's life, because its `exp` is cut to a whole second.
_EXPIRES_IN = tokens.ACCESS_TOKEN_SECONDS - 1


def for_app(ask: Ask, wanted: Scopes) -> dict[str, Any]:
    """An access token of an application for itself."""
    with ask.desk.store.write(ask.tenant_id) as connection:
        issue = _issue(ask, ask.desk.mint.token(connection))
    with ask.desk.store.read() as connection:
        access = tokens.sign(connection, ask.tenant_id, claims.for_app(issue, wanted))
    return _answer(ask, issue, wanted, access)


def for_user(ask: Ask, grant: Grant) -> dict[str, Any]:
    """The tokens of a user whose sign-in was granted; refused when they are gone or disabled."""
    wanted = grant.wanted
    with ask.desk.store.write(ask.tenant_id) as connection:
        user = find_user(connection, ask.tenant_id, grant.user_id)
        issue = _issue(ask, ask.desk.mint.token(connection))
        refresh = ask.desk.mint.token(connection) if grant.keeps_access else None
        if refresh:
            tokens.issue(
                connection,
                ask.tenant_id,
                "refresh",
                grant.user_id,
                refresh,
                expires_at=issue.now + REFRESH_TOKEN_SECONDS,
                detail={"client_id": ask.client.id, "scope": wanted.stored},
            )
    with ask.desk.store.read() as connection:
        access = tokens.sign(connection, ask.tenant_id, claims.for_user(issue, user, wanted))
        words = " ".join(wanted.granted) if ask.is_v1 else wanted.answered
        answer = _answer(ask, issue, wanted, access) | {"scope": words}
        if ask.is_v1 or "openid" in wanted.names:
            version = claims.id_token_v1 if ask.is_v1 else claims.id_token
            content = version(issue, user, wanted, ask.issuer, grant.nonce)
            answer["id_token"] = tokens.sign(connection, ask.tenant_id, content)
    if refresh:
        answer["refresh_token"] = refresh
    if ask.form.get("client_info") == "1":
        answer["client_info"] = claims.client_info(ask.tenant_id, grant.user_id)
    return answer


def _issue(ask: Ask, token: str) -> claims.Issue:
    return claims.Issue(ask.tenant_id, ask.client, ask.desk.clock.now(), token[:22])


def _answer(ask: Ask, issue: claims.Issue, wanted: Scopes, access: str) -> dict[str, Any]:
    """v1.0 writes numbers as texts, and says when the token begins, ends, and for whom it is."""
    lasts = {"expires_in": _EXPIRES_IN, "ext_expires_in": _EXPIRES_IN}
    if not ask.is_v1:
        return {"token_type": "Bearer", **lasts, "access_token": access}
    begin = int(issue.now)
    told = lasts | {"expires_on": begin + tokens.ACCESS_TOKEN_SECONDS, "not_before": begin}
    numbers = {name: str(number) for name, number in told.items()}
    return {
        "token_type": "Bearer",
        **numbers,
        "resource": wanted.audience,
        "access_token": access,
    }
