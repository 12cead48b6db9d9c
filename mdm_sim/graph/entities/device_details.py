"""Complex properties of a device with all that their type has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.listing import Extra

_HARDWARE = "hardwareInformation"


def _fill(_connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
    """What lists show on request alone stays null there."""
    kind = model(ask.version).find(_HARDWARE)
    for item in items:
        if kind is not None and item.get(_HARDWARE) is not None:
            item[_HARDWARE] = completed(model(ask.version), kind, item[_HARDWARE])


EXTRAS: dict[str, Extra] = {_HARDWARE: _fill}
