"""Authorization requests (RFC 6749 4.1.1): what they ask, and where what is wrong with them goes.

As long as client and redirect URI are not known to belong together, nothing is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mdm_sim.entra import asking, codes
from mdm_sim.entra.directory import Client, find_client, find_tenant
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.forms import need
from mdm_sim.entra.redirects import MODES, Redirect, platform_of
from mdm_sim.entra.scopes import Resources
from mdm_sim.store.work import Desk

_CODE = frozenset({"code"})
_SILENT = "none"
_PROMPTS = frozenset({"", _SILENT, "login", "consent", "select_account", "create"})
_LONGEST = 2048


class SentBack(Exception):
    """A refusal that the client is told of at its redirect URI (RFC 6749 4.1.2.1)."""

    def __init__(self, back: Redirect, refused: Refused) -> None:
        """`back` is where, `refused` is what."""
        super().__init__(refused.message)
        self.back, self.refused = back, refused


@dataclass(frozen=True, slots=True)
class Authorization:
    """A request that is in order: once the user has signed in, `back` gets a code."""

    tenant_id: str
    client: Client
    back: Redirect
    promise: codes.Promise


def read(
    desk: Desk, tenant: str, query: Mapping[str, str], known: Resources, *, is_v1: bool
) -> Authorization:
    """Check a request. Raises Refused, or SentBack once it is known where to."""
    with desk.store.read() as connection:
        tenant_id = find_tenant(connection, tenant)
        client = find_client(connection, tenant_id, need(query, "client_id"))
    uri = need(query, "redirect_uri")
    platform = platform_of(client.redirect_uris, uri)
    if platform is None:
        raise Refused(50011)
    back = Redirect(uri, platform, state=query.get("state", ""))
    try:
        back = replace(back, mode=_mode(query))
        promise = _promise(client, back, query, known, is_v1=is_v1)
    except Refused as refused:
        raise SentBack(back, refused) from refused
    return Authorization(tenant_id, client, back, promise)


def _mode(query: Mapping[str, str]) -> str:
    mode = query.get("response_mode", MODES[0])
    if mode not in MODES:
        raise Refused(70007)
    return mode


def _promise(
    client: Client, back: Redirect, query: Mapping[str, str], known: Resources, *, is_v1: bool
) -> codes.Promise:
    if set(need(query, "response_type").split()) != _CODE:
        raise Refused(700054)
    challenge, method = codes.challenge(query)
    wanted = asking.wanted(client, query, known, is_v1=is_v1)
    nonce, prompt = query.get("nonce", ""), query.get("prompt", "")
    if prompt not in _PROMPTS or len(nonce) > _LONGEST:
        raise Refused(90023, "prompt" if prompt not in _PROMPTS else "nonce")
    if prompt == _SILENT:
        raise Refused(50058)  # no sign-in is remembered, so that nobody is signed in
    return codes.Promise(
        client_id=client.id,
        platform=back.platform,
        redirect_uri=back.uri,
        scope=wanted.stored,
        challenge=challenge,
        method=method,
        nonce=nonce,
    )
