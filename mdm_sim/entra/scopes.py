"""Scopes: what a client may ask of Graph or of an application, and what a token then carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mdm_sim.entra.errors import Refused
from mdm_sim.tenant import DELEGATED
from mdm_sim.tokens import GRAPH, GRAPH_APP_ID

DEFAULT = ".default"
OFFLINE = "offline_access"
OPENID = ("openid", "profile", "email", OFFLINE)
# What every application lets others do to it for a user.
OWN = ("access_as_user",)

# A client that was granted to write may ask for a token that only reads.
_READ, _WRITE = ".Read.", ".ReadWrite."
_READING = tuple(name.replace(_WRITE, _READ) for name in DELEGATED if _WRITE in name)
_OF_GRAPH = {name.lower(): name for name in (DEFAULT, *OPENID, *DELEGATED, *_READING)}
_OF_OTHERS = {name.lower(): name for name in (DEFAULT, *OWN)}
# The names under which Graph is in a token as its id; under the others it is as its address.
_BY_ID = frozenset({"", GRAPH_APP_ID})

Resources = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scopes:
    """What was asked: pairs of a resource ("" where none was named) and a name of ours.

    `api` is the id of the application that the access token is for, `consented` are the
    permissions that the client may use there for a user.
    """

    asked: tuple[tuple[str, str], ...]
    api: str
    consented: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names as asked, without their resource, each once."""
        return tuple(dict.fromkeys(name for _, name in self.asked))

    @property
    def audience(self) -> str:
        """Whom the access token is for (`aud`): an address or an id, as the client named it."""
        named = next((given for given, name in self.asked if given or name not in OPENID), "")
        if self.api != GRAPH_APP_ID:
            return named.rstrip("/")
        return GRAPH_APP_ID if named.rstrip("/") in _BY_ID else GRAPH

    @property
    def granted(self) -> tuple[str, ...]:
        """What the access token says (`scp`): `.default` is everything that was consented to."""
        default = self.consented if DEFAULT in self.names else ()
        asked = (name for name in self.names if name not in {DEFAULT, OFFLINE})
        return tuple(dict.fromkeys((*default, *asked)))

    @property
    def answered(self) -> str:
        """`scope` of the answer, with resources as asked: clients look tokens up by these."""
        words = [_word(*pair) for pair in self.asked if pair[1] != OFFLINE]
        if DEFAULT in self.names:
            resource = next(given for given, name in self.asked if name == DEFAULT)
            words += [_word(resource, name) for name in self.consented]
        return " ".join(dict.fromkeys(words))

    @property
    def stored(self) -> str:
        """The same request in words of our own, to be read again later."""
        named = self.audience
        return " ".join(
            _word("" if name in OPENID or named == GRAPH_APP_ID else named, name)
            for name in self.names
        )

    @property
    def keeps_access(self) -> bool:
        """Whether a refresh token comes along."""
        return OFFLINE in self.names or DEFAULT in self.names


def resources(hosts: Iterable[str], applications: Iterable[str]) -> Resources:
    """Names of resources to the ids of their applications: of Graph, and of a tenant's own.

    Graph is also the addresses at which this service was called: SDKs derive a scope from their
    base URL, with the host's name alone.
    """
    own = (f"https://{host.lower()}" for host in ("localhost", *hosts))
    graph = dict.fromkeys(("", GRAPH, GRAPH_APP_ID, *own), GRAPH_APP_ID)
    others = {name: each for each in applications for name in (each, f"api://{each}")}
    return others | graph


def read(text: str, known: Resources, consents: Iterable[str]) -> Scopes:
    """Parse `scope` (RFC 6749 3.3). Names and resources have no case, as at Entra.

    Raises Refused for a scope that is unknown, not consented to, or of a second resource.
    """
    asked, apis = [], set()
    for word in text.split():
        resource, _, name = word.lower().rpartition("/")
        api = known.get(resource.rstrip("/"), "")
        of_api = _OF_GRAPH if api == GRAPH_APP_ID else _OF_OTHERS
        if not api or name not in of_api:
            raise Refused(70011)
        asked.append((resource, of_api[name]))
        if resource or name not in OPENID:
            apis.add(api)
    if len(apis) > 1:
        raise Refused(28000)
    return _checked(asked, next(iter(apis), GRAPH_APP_ID), consents)


def for_resource(resource: str, text: str, known: Resources, consents: Iterable[str]) -> Scopes:
    """What a v1.0 client asks: everything of one resource, and OpenID's words of `scope`."""
    given = resource.lower()
    api = known.get(given.rstrip("/"))
    if not given or api is None:
        raise Refused(500011)
    openid = [("", word) for word in text.lower().split() if word in OPENID]
    return _checked([(given, DEFAULT), *openid], api, consents)


def _checked(asked: list[tuple[str, str]], api: str, consents: Iterable[str]) -> Scopes:
    consented = tuple(consents) if api == GRAPH_APP_ID else OWN
    scopes = Scopes(tuple(asked), api, consented)
    if not asked or (DEFAULT in scopes.names and not {DEFAULT, *OPENID}.issuperset(scopes.names)):
        raise Refused(70011)
    allowed = {*consented, *(name.replace(_WRITE, _READ) for name in consented), DEFAULT, *OPENID}
    if not allowed.issuperset(scopes.names):
        raise Refused(65001)
    return scopes


def _word(resource: str, name: str) -> str:
    return f"{resource}/{name}" if resource else name
