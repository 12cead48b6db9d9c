"""A table of Graph's types as text: JSON with a line for each type, to be read line by line."""

from __future__ import annotations

import json
from typing import Any


def text_of(table: dict[str, Any]) -> str:
    """A table as JSON, a line for each type, so that a change is easy to read."""
    parts = []
    for name, value in table.items():
        if isinstance(value, dict) and name != "roots":
            lines = ",\n".join(f"{json.dumps(key)}:{_packed(each)}" for key, each in value.items())
            parts.append(f"{json.dumps(name)}:{{\n{lines}\n}}")
        elif isinstance(value, list):
            lines = ",\n".join(_packed(each) for each in value)
            parts.append(f"{json.dumps(name)}:[\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(name)}:{_packed(value)}")
    return "{" + ",\n".join(parts) + "}\n"


def _packed(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
