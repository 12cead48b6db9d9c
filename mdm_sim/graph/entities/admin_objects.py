"""The collections of documents that are served, and what some of them decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Response
from sqlalchemy import delete, insert

from mdm_sim import access, compliance, epochs, ownership, protections
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.cleanup_rules import RULES
from mdm_sim.graph.entities.document_routes import routes
from mdm_sim.graph.entities.documents import Document, Kind, add, change, checked, find
from mdm_sim.graph.entities.threat_connectors import CONNECTORS
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store.tables import managed_apps
from mdm_sim.store.work import Work

# Properties that name the app itself, on the types of mobileApp and in their identifiers.
_APP_NAMES = (
    "bundleId",
    "packageId",
    "packageIdentifier",
    "windowsAppId",
    "productCode",
    "identityName",
    "appIdentifier",
)
_MOST_IDENTITIES = 5_000
_IDENTITY_TYPES = {"imei", "serialNumber", "manufacturerModelSerial"}


def _app_effect(work: Work, document_id: str, app: Document | None) -> None:
    """The apps that a tenant manages: what a registration may name depends on them."""
    named = [document_id, *(app.get(name) for name in _APP_NAMES)] if app else []
    _manage(work, document_id, named)


def _manage(work: Work, document_id: str, given: Iterable[Any]) -> None:
    """Make the texts in `given` the identifiers of managed apps that this document gives."""
    names = {name for name in given if isinstance(name, str) and 0 < len(name) <= 256}
    mine = (managed_apps.c.tenant_id == work.tenant_id, managed_apps.c.document_id == document_id)
    removed = work.connection.execute(delete(managed_apps).where(*mine)).rowcount
    rows = [
        {"tenant_id": work.tenant_id, "identifier": name, "document_id": document_id}
        for name in sorted(names)
    ]
    if rows:
        work.connection.execute(insert(managed_apps), rows)
    if removed:
        epochs.begin(work)


def _protection_effect(work: Work, document_id: str, policy: Document | None) -> None:
    """The apps that a protection policy names are managed ones too."""
    apps = (policy or {}).get("apps") or []
    identifiers = [app.get("mobileAppIdentifier") for app in apps if isinstance(app, dict)]
    named = (each.get(name) for each in _objects(identifiers) for name in _APP_NAMES)
    _manage(work, document_id, named)


def _check_policy(policy: Document) -> None:
    rules = _objects(policy.get("scheduledActionsForRule"))
    actions = [
        action for rule in rules for action in _objects(rule.get("scheduledActionConfigurations"))
    ]
    if not any(action.get("actionType") == "block" for action in actions):
        message = "A compliance policy needs a scheduledActionsForRule with a block action."
        raise Malformed(message, [Detail("/scheduledActionsForRule", "a block action is expected")])


def _objects(value: Any) -> list[Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _check_protection(policy: Document) -> None:
    apps = policy.get("apps", [])
    if not isinstance(apps, list) or not all(isinstance(app, dict) for app in apps):
        message = "apps has to be a list of apps, each with a mobileAppIdentifier."
        raise Malformed(message, [Detail("/apps", "a list is expected")])


def _check_identity(identity: Document) -> None:
    kind, text = (
        identity.get("importedDeviceIdentityType"),
        identity.get("importedDeviceIdentifier"),
    )
    if not isinstance(kind, str) or kind not in _IDENTITY_TYPES:
        message = "The importedDeviceIdentityType is not one that is served."
        raise Malformed(
            message,
            [
                Detail(
                    "/importedDeviceIdentityType", "imei, serialNumber or manufacturerModelSerial"
                )
            ],
        )
    if not isinstance(text, str) or not 0 < len(text) <= 384:
        message = "The importedDeviceIdentifier has to be a string."
        raise Malformed(message, [Detail("/importedDeviceIdentifier", "a string is expected")])


def _identity_key(identity: Document) -> str:
    return ownership.identifier_key(
        identity["importedDeviceIdentityType"], identity["importedDeviceIdentifier"]
    )


MOBILE_APPS = Kind(
    "deviceAppManagement/mobileApps",
    "mobileApp",
    access.APPS,
    "Application",
    (
        "displayName",
        "description",
        "publisher",
        "isFeatured",
        "privacyInformationUrl",
        "informationUrl",
        "owner",
        "developer",
        "notes",
        "bundleId",
        "packageId",
        "appStoreUrl",
    ),
    abstract=True,
    assign_key="mobileAppAssignments",
    effect=_app_effect,
)
COMPLIANCE_POLICIES = Kind(
    compliance.POLICIES,
    "deviceCompliancePolicy",
    access.CONFIGURATION,
    "Compliance",
    ("displayName", "description"),
    abstract=True,
    assign_key="assignments",
    assign_status=200,
    patch_status=204,
    delete_status=200,
    check=_check_policy,
)


def _protection(path: str, entity: str, *, beta_only: bool = False) -> Kind:
    return Kind(
        path,
        entity,
        access.APPS,
        "Application",
        ("displayName", "description", "pinRequired", "minimumRequiredSdkVersion"),
        assign_key="assignments",
        patch_status=204,
        prefix="T_",
        navigation=("apps",),
        effect=_protection_effect,
        check=_check_protection,
        beta_only=beta_only,
    )


PROTECTIONS = (
    _protection(protections.IOS, "iosManagedAppProtection"),
    _protection(protections.ANDROID, "androidManagedAppProtection"),
    _protection(protections.WINDOWS, "windowsManagedAppProtection", beta_only=True),
)
IDENTITIES = Kind(
    ownership.IDENTIFIERS,
    "importedDeviceIdentity",
    access.SERVICE,
    "Enrollment",
    (
        "importedDeviceIdentifier",
        "importedDeviceIdentityType",
        "description",
        "platform",
        "enrollmentState",
        "lastContactedDateTime",
    ),
    beta_only=True,
    closed=True,
    check=_check_identity,
    key=_identity_key,
)


def _import(ask: Ask) -> Response:
    """Add many corporate identifiers at once, each with its own result."""
    ask.require(access.writing(access.SERVICE))
    given = ask.body().get("importedDeviceIdentities")
    if not isinstance(given, list) or len(given) > _MOST_IDENTITIES:
        message = f"importedDeviceIdentities has to be a list of at most {_MOST_IDENTITIES}."
        raise Malformed(message, [Detail("/importedDeviceIdentities", "a list is expected")])
    for each in given:
        if not isinstance(each, dict):
            message = "Every identity has to be an object."
            raise Malformed(message)
        checked(IDENTITIES, each)
    with ask.work() as work:
        results: list[dict[str, Any]] = [
            {"id": add(work, IDENTITIES, each), "status": True, **each} for each in given
        ]
    context = ask.context("Collection(microsoft.graph.importedDeviceIdentityResult)")
    return shown({"@odata.context": context, "value": results})


def _target_apps(kind: Kind) -> Route:
    """`targetApps` replaces the apps that a protection policy names."""

    def target(ask: Ask) -> Response:
        ask.require(access.writing(kind.area))
        apps = ask.body().get("apps")
        with ask.work() as work:
            row = find(work.connection, ask, kind, ask.keys[-1])
            merged = checked(kind, {**orjson.loads(row.document), "apps": apps})
            change(work, kind, row, merged, {"apps"})
        return done()

    return Route("POST", f"{kind.path}/{{}}/targetApps", target, kind.beta_only)


_KINDS: tuple[Kind, ...] = (
    MOBILE_APPS,
    COMPLIANCE_POLICIES,
    CONNECTORS,
    IDENTITIES,
    RULES,
    *PROTECTIONS,
)

ROUTES = (
    *(route for kind in _KINDS for route in routes(kind)),
    *(_target_apps(kind) for kind in PROTECTIONS),
    Route("POST", f"{IDENTITIES.path}/importDeviceIdentityList", _import, beta_only=True),
)
