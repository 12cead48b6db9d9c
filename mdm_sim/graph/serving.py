"""What is served beside the routes: documents of the type model, with the behaviours of entities."""

from __future__ import annotations

from mdm_sim.graph.documents.assigning import replacing
from mdm_sim.graph.documents.behaviours import Behaviours, Elsewhere
from mdm_sim.graph.documents.operations import Operations
from mdm_sim.graph.documents.serving import VERSIONS, Documents
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import (
    app_contents,
    cleanup_rules,
    compliance_policies,
    corporate_identifiers,
    device_actions,
    device_functions,
    device_views,
    managed_apps,
    reports,
    threat_connectors,
    users,
)
from mdm_sim.graph.views import ViewShelf

ELSEWHERE: Elsewhere = {
    **device_views.ELSEWHERE,
    "users": users.exists,
}
VIEWS = {**device_views.VIEWS}
BEHAVIOURS = Behaviours(
    (
        *managed_apps.BEHAVIOURS,
        *compliance_policies.BEHAVIOURS,
        *threat_connectors.BEHAVIOURS,
        *cleanup_rules.BEHAVIOURS,
        *corporate_identifiers.BEHAVIOURS,
        *app_contents.BEHAVIOURS,
    ),
    ELSEWHERE,
)
SHELVES = {version: ViewShelf(model(version), BEHAVIOURS, VIEWS) for version in VERSIONS}
DOCUMENTS = Documents(
    BEHAVIOURS,
    Operations(
        (
            *corporate_identifiers.SERVED,
            *app_contents.SERVED,
            *reports.SERVED,
            *device_actions.SERVED,
            *device_functions.SERVED,
            *replacing(BEHAVIOURS, SHELVES),
        )
    ),
    SHELVES,
)
