"""What is served beside the routes: documents, with the behaviours of entities."""

from __future__ import annotations

from mdm_sim.graph.documents.assigning import replacing
from mdm_sim.graph.documents.behaviours import Behaviours, Elsewhere
from mdm_sim.graph.documents.operations import Operations
from mdm_sim.graph.documents.serving import VERSIONS, Documents
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import (
    app_contents,
    app_intents,
    app_operations,
    app_views,
    audit_events,
    autopilot,
    cleanup_rules,
    compliance_policies,
    conditional_access,
    corporate_identifiers,
    device_actions,
    device_counts,
    device_functions,
    device_views,
    enrollment_configurations,
    filters,
    group_policies,
    intents,
    managed_apps,
    push_certificates,
    remote_action_audits,
    reports,
    roles,
    settings_catalogue,
    simple_operations,
    starting_values,
    threat_connectors,
    users,
)
from mdm_sim.graph.views import ViewShelf

ELSEWHERE: Elsewhere = {
    **device_views.ELSEWHERE,
    **app_views.ELSEWHERE,
    **app_intents.ELSEWHERE,
    "users": users.exists,
}
VIEWS = {
    **device_views.VIEWS,
    **device_counts.VIEWS,
    **app_views.VIEWS,
    **app_intents.VIEWS,
    **audit_events.VIEWS,
    **remote_action_audits.VIEWS,
}
BEHAVIOURS = Behaviours(
    (
        *managed_apps.BEHAVIOURS,
        *compliance_policies.BEHAVIOURS,
        *conditional_access.BEHAVIOURS,
        *threat_connectors.BEHAVIOURS,
        *cleanup_rules.BEHAVIOURS,
        *corporate_identifiers.BEHAVIOURS,
        *app_contents.BEHAVIOURS,
        *settings_catalogue.BEHAVIOURS,
        *intents.BEHAVIOURS,
        *group_policies.BEHAVIOURS,
        *roles.BEHAVIOURS,
        *enrollment_configurations.BEHAVIOURS,
        *autopilot.BEHAVIOURS,
        *starting_values.BEHAVIOURS,
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
            *settings_catalogue.SERVED,
            *intents.SERVED,
            *group_policies.SERVED,
            *roles.SERVED,
            *enrollment_configurations.SERVED,
            *autopilot.SERVED,
            *filters.SERVED,
            *push_certificates.SERVED,
            *simple_operations.SERVED,
            *device_actions.SERVED,
            *device_functions.SERVED,
            *device_counts.SERVED,
            *app_operations.SERVED,
            *audit_events.SERVED,
            *replacing(BEHAVIOURS, SHELVES),
        )
    ),
    SHELVES,
)
