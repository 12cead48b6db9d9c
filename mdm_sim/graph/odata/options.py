"""The query options of a request by plain name, and the values of the simple ones."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from mdm_sim.messages import Malformed

OPTIONS = {
    *("filter", "search", "select", "expand", "levels", "orderby"),
    *("top", "skip", "skiptoken", "count", "format"),
}
# What ASP.NET's OData refuses when it is there and empty.
_FILLED = {"filter", "orderby", "top", "skip", "count"}
_FORMATS = ("json", "application/json")


def options(arguments: MultiDict[str, str], *, is_beta: bool) -> dict[str, str]:
    """The options of a request (see `plain`). Raises Malformed for a format that is not JSON."""
    found = plain(arguments.items(multi=True), is_beta=is_beta)
    kind = found.pop("format", "json").partition(";")[0].strip().lower()
    if kind not in _FORMATS:
        message = "Invalid $format: json is expected."
        raise Malformed(message)
    return found


def plain(arguments: Iterable[tuple[str, str]], *, is_beta: bool) -> dict[str, str]:
    """Options by plain name: any case, on beta also without their `$`; others are ignored.

    A stray `?` or `&` before a name is what clients write. Raises Malformed for an option that
    comes twice, and for one that is empty and may not be.
    """
    found: dict[str, str] = {}
    for key, text in arguments:
        name = key.strip("?& ").lower()
        if not name.startswith("$") and not is_beta:
            continue
        name = name.removeprefix("$")
        if name not in OPTIONS:
            continue
        if name in found:
            message = f"Query option '${name}' was specified more than once."
            raise Malformed(message)
        if not text.strip() and name in _FILLED:
            message = f"The value for OData query '${name}' cannot be empty."
            raise Malformed(message)
        found[name] = text
    return found


def number(text: str | None, name: str) -> int | None:
    """A whole number that is not negative. Raises Malformed."""
    if text is None:
        return None
    if not (text.isascii() and text.strip().isdigit()) or len(text) > 9:
        message = f"Invalid value for {name}: a whole number, not negative, is expected."
        raise Malformed(message)
    return int(text)


def is_counted(text: str | None) -> bool:
    """Whether $count asks for the number. Raises Malformed."""
    if text is None:
        return False
    if text.strip().lower() not in {"true", "false"}:
        message = "Invalid value for $count: true or false is expected."
        raise Malformed(message)
    return text.strip().lower() == "true"
