"""What every tenant has from the start: roles, a scope tag, resource actions, default enrollment.

They are documents as all others are; what is there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import enrollment_configurations, roles
from mdm_sim.graph.entities.role_actions import PREFIX, RESOURCES, ROLES
from mdm_sim.graph.entities.starting_values import SETTINGS
from mdm_sim.store.work import Work

_EVERYBODY = "All users and all devices"
_LOWEST = "applied with the lowest priority to all users regardless of group membership."
_OPEN = {"platformBlocked": False, "personalDeviceEnrollmentBlocked": False}
_VERSIONS = {"osMinimumVersion": "", "osMaximumVersion": ""}
_PLATFORMS = (
    *("ios", "windows", "windowsMobile", "android", "androidForWork", "mac", "macOS"),
    *("windowsHomeSku", "tvos", "visionOS"),
)
# By the end of their ids: type, what the description is of, and values.
_ENROLLMENT: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    (
        "DefaultLimit",
        "deviceEnrollmentLimitConfiguration",
        "Device Limit Restriction",
        {"limit": 5},
    ),
    (
        "DefaultPlatformRestrictions",
        "deviceEnrollmentPlatformRestrictionsConfiguration",
        "Device Type Restriction",
        {
            f"{name}Restriction": {**_OPEN, **_VERSIONS, "platformBlocked": name == "windowsMobile"}
            for name in _PLATFORMS
        },
    ),
    (
        "DefaultWindowsHelloForBusiness",
        "deviceEnrollmentWindowsHelloForBusinessConfiguration",
        "Windows Hello for Business configuration",
        {
            "pinMinimumLength": 6,
            "pinMaximumLength": 127,
            "pinUppercaseCharactersUsage": "disallowed",
            "pinLowercaseCharactersUsage": "disallowed",
            "pinSpecialCharactersUsage": "disallowed",
            "state": "notConfigured",
            "securityDeviceRequired": False,
            "unlockWithBiometricsEnabled": True,
            "remotePassportEnabled": True,
            "pinPreviousBlockCount": 0,
            "pinExpirationInDays": 0,
            "enhancedBiometricsState": "notConfigured",
            "securityKeyForSignIn": "notConfigured",
        },
    ),
    (
        "DefaultWindows10EnrollmentCompletionPageConfiguration",
        "windows10EnrollmentCompletionPageConfiguration",
        "enrollment status screen configuration",
        {
            "showInstallationProgress": False,
            "blockDeviceSetupRetryByUser": True,
            "allowDeviceResetOnInstallFailure": False,
            "allowLogCollectionOnInstallFailure": False,
            "allowDeviceUseOnInstallFailure": False,
            "installProgressTimeoutInMinutes": 0,
            "selectedMobileAppIds": [],
        },
    ),
)

_Seed = tuple[str, str, str, Mapping[str, Any]]


def seed(work: Work) -> None:
    """Store what the tenant of the work has not yet."""
    known = model("beta")
    for path, document_id, kind, values in _seeds(work.tenant_id):
        if rows.find(work.connection, work.tenant_id, path, "", document_id) is None:
            rows.add(work, path, "", document_id, known.types[kind], values)


def _seeds(tenant_id: str) -> Iterator[_Seed]:
    tenant = {"subscriptionState": "active", "subscriptions": "intune", "settings": SETTINGS}
    yield DM, rows.SINGLE, "deviceManagement", {"intuneAccountId": tenant_id, **tenant}
    default = {"displayName": "Default", "description": "Default Role Scope Tag"}
    yield roles.TAGS, "0", "roleScopeTag", {**default, "isBuiltIn": True}
    yield from _operations()
    yield from _roles()
    yield from _enrollment(tenant_id)


def _operations() -> Iterator[_Seed]:
    for resource, (name, actions) in RESOURCES.items():
        for action in actions.split():
            told = {
                "resource": resource,
                "resourceName": name,
                "actionName": action,
                "description": f"{action} {name}",
                "enabledForScopeValidation": True,
            }
            yield roles.OPERATIONS, f"{PREFIX}{resource}_{action}", "resourceOperation", told


def _roles() -> Iterator[_Seed]:
    for role in ROLES:
        told = {
            "displayName": role.name,
            "description": role.description,
            "isBuiltIn": True,
            "isBuiltInRoleDefinition": True,
            "roleScopeTagIds": [],
            **roles.both_forms([{"actions": role.actions}]),
        }
        yield roles.DEFINITIONS, role.id, "deviceAndAppManagementRoleDefinition", told


def _enrollment(tenant_id: str) -> Iterator[_Seed]:
    for ending, kind, subject, values in _ENROLLMENT:
        told = {
            "displayName": _EVERYBODY,
            "description": f"This is the default {subject} {_LOWEST}",
            "priority": 0,
            "roleScopeTagIds": [],
            "deviceEnrollmentConfigurationType": enrollment_configurations.KINDS[kind][1],
            **values,
        }
        yield enrollment_configurations.PATH, f"{tenant_id}_{ending}", kind, told
