"""What comes in at the token endpoint: its form, and the client's credentials."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote_plus

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from mdm_sim.entra.errors import Refused

LONGEST = 64 * 1024
_FORM = "application/x-www-form-urlencoded"


def read(request: Request) -> dict[str, str]:
    """The parameters of the body; one without a value counts as absent (RFC 6749 3.2)."""
    if request.mimetype != _FORM:
        raise Refused(900144, "grant_type")
    request.max_content_length = LONGEST
    try:
        form = request.form
    except RequestEntityTooLarge as error:
        raise Refused(9002314) from error
    if any(len(values) > 1 for values in form.listvalues()):
        raise Refused(9002313)
    return {name: value for name, value in form.items() if value}


def need(form: Mapping[str, str], name: str) -> str:
    """The parameter's value, or a refusal that names the parameter."""
    if name not in form:
        raise Refused(900144, name)
    return form[name]


def credentials(request: Request, form: Mapping[str, str]) -> tuple[str, str | None]:
    """The client's id and secret, from the body or from HTTP Basic, but not both (RFC 6749 2.3)."""
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    if scheme.lower() != "basic":
        return need(form, "client_id"), form.get("client_secret")
    given = request.authorization
    if given is None:
        raise Refused(7000215)
    client_id = unquote_plus(given.username or "")
    if "client_secret" in form or form.get("client_id", client_id) != client_id:
        raise Refused(9002313)
    return client_id, unquote_plus(given.password or "") or None
