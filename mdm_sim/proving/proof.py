"""The proof: a service of its own, every phase in its order, a search after each."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mdm_sim.proving import (
    batching,
    changes,
    clearing,
    crashing,
    documents,
    endings,
    enrolling,
    files,
    garbage,
    lapsing,
    persons,
    signing_in,
    sweep,
)
from mdm_sim.proving.ledger import Finding, Ledger
from mdm_sim.proving.routes import Map, Route
from mdm_sim.proving.searching import PATIENCE_SECONDS, Searched
from mdm_sim.proving.service import ServiceFailed, service
from mdm_sim.proving.stage import Stage

Phase = Callable[[Stage], None]
# Fewer canaries than this prove too little.
FEWEST = 10_000

# What happens, in order; after each phase everything is searched.
PHASES: Mapping[str, Phase] = {
    "devices enroll": enrolling.devices,
    "apps register": enrolling.apps,
    "barred names": enrolling.every_barred_name,
    "refused whole": enrolling.refused_whole,
    "every route": sweep.sweep,
    "every set, object and operation": documents.sweep,
    "batches": batching.batches,
    "files and reports": files.files,
    "sign-ins": signing_in.sign_ins,
    "no requests at all": garbage.garbage,
    "the sweep's objects deleted": clearing.swept_away,
    "values replaced and withdrawn": changes.replaced_and_withdrawn,
    "corporate to personal": changes.corporate_to_personal,
    "personal devices report": changes.personal_reports,
    "personal to corporate": changes.personal_to_corporate,
    "Entra join": changes.entra_join,
    "Entra leave": changes.entra_leave,
    "compliant apps on": changes.compliant_apps_on,
    "compliant apps off": changes.compliant_apps_off,
    "strict inventory": changes.strict_inventory,
    "location on request": changes.location_on_request,
    "location asked for": changes.location_asked,
    "location at all times": changes.location_always,
    "threat connector on": changes.connector_on,
    "threat connector off": changes.connector_off,
    "diagnostics on": changes.diagnostics_on,
    "pseudonyms rotated": changes.pseudonyms_rotated,
    "another primary user": persons.another_user,
    "consent withdrawn": changes.consent_off,
    "diagnostics off": changes.diagnostics_off,
    "app managed": changes.app_managed,
    "app unmanaged": changes.app_unmanaged,
    "orders asked": endings.orders_asked,
    "orders done": endings.orders_done,
    "device leaves, app stays": endings.device_leaves,
    "retired and wiped": endings.retired_and_wiped,
    "deleted by an administrator": endings.deleted,
    "a crowd leaves": enrolling.crowd,
    "people come": persons.comes,
    "people are told": persons.exported,
    "a person deleted": persons.deleted,
    "people erased": persons.erased,
    "device query answered": persons.query_answered,
    "device query read": persons.query_read,
    "killed while writing": crashing.killed_while_writing,
    "started again": crashing.started_again,
    "100 days pass": lapsing.time_passes,
    "stopped": crashing.stopped,
}


@dataclass(slots=True)
class Proof:
    """What the proof found; the report is made of it."""

    ledger: Ledger
    routes: Map
    searched: list[Searched] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    requests: int = 0
    seconds: float = 0.0
    failure: str = ""

    @property
    def findings(self) -> dict[Finding, int]:
        """Everything that is wrong, with how often."""
        return dict(self.ledger.findings)

    @property
    def unvisited(self) -> list[Route]:
        """Routes of the service that no canary went through."""
        return sorted(self.routes.routes - self.routes.passed.keys())

    @property
    def is_clean(self) -> bool:
        """Every phase was played, through every route, with enough canaries, and all was right."""
        enough = len(self.ledger.canaries) >= FEWEST and bool(self.searched)
        return enough and not (self.failure or self.findings or self.unvisited)


def prove(
    routes: Collection[Route],
    *,
    seed: int = 1,
    phases: Mapping[str, Phase] = PHASES,
    environment: Mapping[str, str] | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Proof:
    """Run the phases on a service of its own. `routes` are all the routes that it serves.

    `patience` is how many seconds a purge may take to leave every file.
    """
    ledger, known = Ledger(seed), Map(routes)
    proof = Proof(ledger, known)
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mdm-sim-prove-") as folder,
        service(Path(folder), environment) as running,
    ):
        stage = Stage(running, ledger, known, patience)
        try:
            for name, play in phases.items():
                play(stage)
                stage.conclude(name)
        except ServiceFailed as failure:
            proof.failure = f"{name}: {failure}"
            stage.conclude("what was left of a phase that failed")
        finally:
            stage.callers.close()
        proof.searched, proof.files = stage.search.done, stage.search.file_names
        proof.requests = stage.callers.requests
    proof.seconds = time.monotonic() - begun
    return proof
