"""mobileThreatDefenseConnectors: an enabled one lets the threat state of its platforms be kept."""

from __future__ import annotations

from mdm_sim import contexts, epochs
from mdm_sim.graph.documents.behaviours import Behaviour, Document
from mdm_sim.store.work import Work


def _effect(work: Work, _id: str, _document: Document | None) -> None:
    epochs.begin(work)


BEHAVIOURS = (Behaviour(contexts.CONNECTORS, effect=_effect, defaults={"partnerState": "enabled"}),)
