"""A request for tokens by a known client, and what of it every grant reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mdm_sim.entra import scopes
from mdm_sim.entra.directory import Client
from mdm_sim.entra.forms import need
from mdm_sim.entra.scopes import Resources, Scopes
from mdm_sim.store.work import Desk


@dataclass(frozen=True, slots=True)
class Ask:
    """A token request. `authority` is the tenant as the path names it, `is_v1` the endpoint's.

    `decoy` is a hash of a password that nobody has.
    """

    desk: Desk
    authority: str
    tenant_id: str
    issuer: str
    resources: Resources
    client: Client
    form: Mapping[str, str]
    decoy: str
    is_v1: bool = False

    def wanted(self) -> Scopes:
        """What is asked for: v2.0 clients name scopes, v1.0 clients a resource."""
        return wanted(self.client, self.form, self.resources, is_v1=self.is_v1)

    def wanted_or(self, stored: str) -> Scopes:
        """What is asked for, or where nothing is, what was asked for when it began."""
        if ("resource" if self.is_v1 else "scope") in self.form:
            return self.wanted()
        return scopes.read(stored, self.resources, self.client.scopes)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user's sign-in came to: tokens of these scopes, for this user.

    `nonce` is the client's, for the id token (OpenID Connect Core 3.1.2.1).
    """

    user_id: str
    wanted: Scopes
    nonce: str = ""
    keeps_access: bool = False


def wanted(client: Client, form: Mapping[str, str], known: Resources, *, is_v1: bool) -> Scopes:
    """What a form or a query asks for."""
    if is_v1:
        text = form.get("scope", "")
        return scopes.for_resource(need(form, "resource"), text, known, client.scopes)
    return scopes.read(need(form, "scope"), known, client.scopes)
