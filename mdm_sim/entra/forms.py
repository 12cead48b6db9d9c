"""What comes in: forms, queries, and the credentials of a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from mdm_sim.entra.errors import Refused

LONGEST = 64 * 1024
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client says it is, and with what it proves so (RFC 6749 2.3, RFC 7523 2.2)."""

    client_id: str
    secret: str | None = None
    assertion: str | None = None


def read(request: Request, wanted: str) -> dict[str, str]:
    """The parameters of the body; one without a value counts as absent (RFC 6749 3.2).

    A body that is no form is told that the parameter `wanted` is missing.
    """
    if request.mimetype != _FORM:
        raise Refused(900144, wanted)
    request.max_content_length = LONGEST
    try:
        form = request.form
    except RequestEntityTooLarge as error:
        raise Refused(9002314) from error
    return _single(form)


def query(request: Request) -> dict[str, str]:
    """The parameters of the URL, likewise."""
    return _single(request.args)


def _single(given: MultiDict[str, str]) -> dict[str, str]:
    if any(len(values) > 1 for values in given.listvalues()):
        raise Refused(9002313)
    return {name: value for name, value in given.items() if value}


def need(form: Mapping[str, str], name: str) -> str:
    """The parameter's value, or a refusal that names the parameter."""
    if name not in form:
        raise Refused(900144, name)
    return form[name]


def credentials(request: Request, form: Mapping[str, str]) -> Credentials:
    """A client's credentials, from the body or from HTTP Basic, but not both (RFC 6749 2.3)."""
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    if scheme.lower() != "basic":
        client_id, secret = need(form, "client_id"), form.get("client_secret")
        return Credentials(client_id, secret, form.get("client_assertion"))
    given = request.authorization
    if given is None:
        raise Refused(7000215)
    client_id = unquote_plus(given.username or "")
    twice = {"client_secret", "client_assertion"} & form.keys()
    if twice or form.get("client_id", client_id) != client_id:
        raise Refused(9002313)
    return Credentials(client_id, unquote_plus(given.password or "") or None)
