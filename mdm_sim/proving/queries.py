"""Query options with canaries: good ones in turn with ones that are refused."""

from __future__ import annotations

from collections.abc import Callable

from mdm_sim.graph.edm.model import Type

Take = Callable[[str], str]
Query = Callable[[Type, Take], dict[str, str]]


def unknown(_kind: Type, take: Take) -> dict[str, str]:
    """An option that nobody knows."""
    return {take("name"): take("unknown option"), "api-version": take("api-version")}


def _equal(kind: Type, take: Take) -> dict[str, str]:
    return {"$filter": f"{_text_of(kind)} eq '{take('$filter')}'", "$count": "true"}


def _other(kind: Type, take: Take) -> dict[str, str]:
    return {"$top": "1", "$filter": f"not contains({_text_of(kind)},'{take('$filter')}')"}


def _searched(_kind: Type, take: Take) -> dict[str, str]:
    return {"$search": f'"{take("$search")}"', "$select": "id"}


def _any(_kind: Type, take: Take) -> dict[str, str]:
    return {"$filter": f"roleScopeTagIds/any(x:x eq '{take('$filter')}')"}


def _bad_filter(_kind: Type, take: Take) -> dict[str, str]:
    text = take("bad $filter")
    return {"$filter": f"{text}({text}, '{text}') gt {text}/{text}"}


def _bad_order(_kind: Type, take: Take) -> dict[str, str]:
    return {"$orderby": f"{take('bad $orderby')} desc"}


def _bad_selection(_kind: Type, take: Take) -> dict[str, str]:
    return {"$select": f"id,{take('bad $select')}"}


def _bad_expansion(_kind: Type, take: Take) -> dict[str, str]:
    text = take("bad $expand")
    return {"$expand": f"{text}($filter={text} eq '{text}';$select={text})"}


def _expanded(kind: Type, take: Take) -> dict[str, str]:
    """What is below, by a filter of its own; a name of nobody's where there is nothing."""
    name = next((n for n, each in kind.navigations.items() if each.is_collection), "assignments")
    return {"$expand": f"{name}($filter=id ne '{take('$expand')}')", "$top": "2"}


def _bad_page(_kind: Type, take: Take) -> dict[str, str]:
    return {"$skiptoken": take("bad $skiptoken")}


def _bad_numbers(_kind: Type, take: Take) -> dict[str, str]:
    return {"$top": take("bad $top"), "$skip": take("bad $skip"), "$count": take("bad $count")}


def _bad_apply(_kind: Type, take: Take) -> dict[str, str]:
    text = take("bad $apply")
    return {"$apply": f"filter({text} eq 1)", "$compute": text, "$format": text, "$levels": text}


def _text_of(kind: Type) -> str:
    """A property of texts."""
    shapes = kind.properties.items()
    own = (n for n, s in shapes if s.kind == "String" and not s.is_collection and n != "id")
    return next(own, "id")


# fmt: off
QUERIES: tuple[Query, ...] = (
    _equal, _bad_filter, _other, _bad_order, _expanded, _bad_selection, _searched, _bad_expansion,
    _any, _bad_page, _equal, _bad_numbers, _other, _bad_apply, unknown,
)
# fmt: on
