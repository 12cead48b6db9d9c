"""What is served beside the routes: documents of the type model, with the behaviours of entities."""

from __future__ import annotations

from mdm_sim.graph.documents.assigning import replacing
from mdm_sim.graph.documents.behaviours import Behaviours, Elsewhere
from mdm_sim.graph.documents.collections import Shelf
from mdm_sim.graph.documents.operations import Operations
from mdm_sim.graph.documents.serving import VERSIONS, Documents
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import (
    cleanup_rules,
    compliance_policies,
    corporate_identifiers,
    managed_apps,
    managed_devices,
    threat_connectors,
    users,
)

ELSEWHERE: Elsewhere = {
    managed_devices.PATH: managed_devices.exists,
    "users": users.exists,
}
BEHAVIOURS = Behaviours(
    (
        *managed_apps.BEHAVIOURS,
        *compliance_policies.BEHAVIOURS,
        *threat_connectors.BEHAVIOURS,
        *cleanup_rules.BEHAVIOURS,
        *corporate_identifiers.BEHAVIOURS,
    ),
    ELSEWHERE,
)
SHELVES = {version: Shelf(model(version), BEHAVIOURS) for version in VERSIONS}
DOCUMENTS = Documents(
    BEHAVIOURS,
    Operations((*corporate_identifiers.SERVED, *replacing(BEHAVIOURS, SHELVES))),
    SHELVES,
)
