"""Scopes: what a client may ask for, all of Microsoft Graph, and what a token then carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mdm_sim.entra.errors import Refused
from mdm_sim.tenant import PERMISSIONS
from mdm_sim.tokens import GRAPH, GRAPH_APP_ID

DEFAULT = ".default"
OFFLINE = "offline_access"
OPENID = ("openid", "profile", "email", OFFLINE)
DELEGATED = ("User.Read", *PERMISSIONS)

# A client that was granted to write may ask for a token that only reads.
_READING = tuple(name.replace("ReadWrite", "Read") for name in PERMISSIONS if "ReadWrite" in name)
_NAMES = {name.lower(): name for name in (DEFAULT, *OPENID, *DELEGATED, *_READING)}


@dataclass(frozen=True, slots=True)
class Scopes:
    """What was asked: pairs of a resource ("" where none was named) and a name of ours."""

    asked: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names as asked, without their resource, each once."""
        return tuple(dict.fromkeys(name for _, name in self.asked))

    @property
    def granted(self) -> tuple[str, ...]:
        """What the access token says (`scp`): `.default` is everything that was consented to."""
        default = DELEGATED if DEFAULT in self.names else ()
        asked = (name for name in self.names if name not in {DEFAULT, OFFLINE})
        return tuple(dict.fromkeys((*default, *asked)))

    @property
    def answered(self) -> str:
        """`scope` of the answer, with resources as asked: clients look tokens up by these."""
        words = [_word(*pair) for pair in self.asked if pair[1] != OFFLINE]
        if resource := next((given for given, name in self.asked if name == DEFAULT), ""):
            words += [_word(resource, name) for name in DELEGATED]
        elif DEFAULT in self.names:
            words += DELEGATED
        return " ".join(dict.fromkeys(words))

    @property
    def keeps_access(self) -> bool:
        """Whether a refresh token comes along."""
        return OFFLINE in self.names or DEFAULT in self.names


def resources(hosts: Iterable[str]) -> frozenset[str]:
    """The names of Graph: its own, and the addresses at which this service was called.

    SDKs derive a scope from their base URL, with the host's name alone.
    """
    own = (f"https://{host.lower()}" for host in ("localhost", *hosts))
    return frozenset({"", GRAPH, GRAPH_APP_ID, *own})


def read(text: str, graph: frozenset[str]) -> Scopes:
    """Parse `scope` (RFC 6749 3.3). Names and resources have no case, as at Entra."""
    asked = []
    for word in text.split():
        resource, _, name = word.lower().rpartition("/")
        if resource.rstrip("/") not in graph or name not in _NAMES:
            raise Refused(70011)
        asked.append((resource, _NAMES[name]))
    scopes = Scopes(tuple(asked))
    if not asked or (DEFAULT in scopes.names and not {DEFAULT, *OPENID}.issuperset(scopes.names)):
        raise Refused(70011)
    return scopes


def _word(resource: str, name: str) -> str:
    return f"{resource}/{name}" if resource else name
