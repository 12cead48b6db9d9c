"""What every collection is read by: the list, its number, and one object by its key."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.routing import Route


def _last_key(ask: Ask) -> str:
    return ask.keys[-1]


def reading(
    path: str,
    permission: str,
    collection_of: Callable[[Ask], listing.Collection],
    key_of: Callable[[Ask], str] = _last_key,
    *,
    beta_only: bool = False,
) -> tuple[Route, ...]:
    """The routes that read a collection, for callers with `permission`.

    `key_of` finds the key of the object that a path names, by default the path's last one.
    """

    def page(ask: Ask) -> Response:
        ask.require(permission)
        return listing.page(ask, collection_of(ask))

    def count(ask: Ask) -> Response:
        ask.require(permission)
        return listing.count(ask, collection_of(ask))

    def one(ask: Ask) -> Response:
        ask.require(permission)
        return listing.one(ask, collection_of(ask), key_of(ask))

    return (
        Route("GET", path, page, beta_only),
        Route("GET", f"{path}/$count", count, beta_only),
        Route("GET", f"{path}/{{}}", one, beta_only),
    )
