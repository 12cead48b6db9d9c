"""odata.metadata=none: values alone (OData JSON Format 4.01, 3.1.3)."""

from __future__ import annotations

from typing import Any

_KEPT = ("@odata.nextLink", "@odata.count")


def bare(value: Any) -> Any:
    """A body without its annotations, save the number of objects and the link to more of them."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {n: bare(each) for n, each in value.items() if "@" not in n or n.endswith(_KEPT)}
