"""me: the signed-in user, who may read their own entry whatever role they have."""

from __future__ import annotations

from mdm_sim import access
from mdm_sim.graph.asking import Ask
from mdm_sim.messages import Malformed, Principal

# `me`, and what SDKs put in its place inside of users.
_ALIAS = "me-token-to-replace"
_NOT_DELEGATED = "/me request is only valid with delegated authentication flow."
# What a token may hold that lets a user read their own entry and what it leads to.
_OWN = frozenset({"User.Read", "User.ReadWrite", "User.Read.All", "User.ReadWrite.All"})


def rewritten(path: str, who: Principal) -> str:
    """A path with the signed-in user in the place of `me`. Raises Malformed where nobody is."""
    first, *others = path.strip("/").split("/")
    if first.lower() == "me":
        rest = others
    elif first.lower() == "users" and others and others[0].lower() == _ALIAS:
        rest = others[1:]
    else:
        return path
    if who.user_id is None:
        raise Malformed(_NOT_DELEGATED)
    return "/".join(("users", who.user_id, *rest))


def is_own(who: Principal, key: str) -> bool:
    """Whether a path's key is the signed-in user's own id or UPN."""
    named = {who.user_id, (who.user_principal_name or "").lower()} - {None, ""}
    return key.lower() in named


def require(ask: Ask, key: str, *permissions: str) -> None:
    """Raise Forbidden unless the caller may read the user of a key, or is that user."""
    if not (is_own(ask.who, key) and _OWN & ask.who.permissions):
        access.require(ask.who, *permissions)
