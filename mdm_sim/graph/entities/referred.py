"""The object that a `$ref` request names: by the `@odata.id` of its body, or by `$id`."""

from __future__ import annotations

from flask import request

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.checking import key_of
from mdm_sim.messages import BadInDirectory, Detail


def referred(ask: Ask) -> str:
    """The key at the end of the body's `@odata.id`. Raises BadInDirectory."""
    url = ask.body().get("@odata.id")
    if not isinstance(url, str) or not url.strip("/"):
        message = "An @odata.id is required."
        raise BadInDirectory(message, [Detail("/@odata.id", "a URL is expected")])
    return key_of(url)


def named(ask: Ask) -> str:
    """The key of the reference to remove: the path's last, or `$id`'s. Raises BadInDirectory."""
    if len(ask.keys) > 1:
        return ask.keys[1]
    url = request.args.get("$id", "")
    if not url.strip("/"):
        message = "The reference to remove has to be named, in the path or by $id."
        raise BadInDirectory(message)
    return key_of(url)
