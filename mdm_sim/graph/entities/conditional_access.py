"""identity/conditionalAccess/policies: a change leaves the conditions that it does not name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm_sim.clock import instant
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.store.work import Work


def _merged(work: Work, spot: Spot, policy: Document) -> Mapping[str, Any]:
    """The conditions of before with those that are given, and when that was."""
    if spot.before is None:
        return {"modifiedDateTime": None}
    before = spot.before.get("conditions") or {}
    return {
        "conditions": {**before, **(policy.get("conditions") or {})},
        "modifiedDateTime": instant(work.now),
    }


BEHAVIOURS = (Behaviour("identity/conditionalAccess/policies", own=_merged),)
