"""A tenant of app protection alone: what the page denies for MAM is refused, naming the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from mdm_sim.settings import Settings

Headers = dict[str, str]
DM, DAM = "deviceManagement", "deviceAppManagement"
# fmt: off
DENIED = (
    (f"{DM}/deviceCompliancePolicies",        "admin_created.compliance_policies"),
    (f"{DM}/compliancePolicies",              "admin_created.compliance_policies"),
    (f"{DM}/deviceComplianceScripts",         "admin_created.compliance_policies"),
    (f"{DM}/groupPolicyConfigurations",       "admin_created.group_policy"),
    (f"{DM}/groupPolicyDefinitions",          "admin_created.group_policy"),
    (f"{DM}/deviceManagementScripts",         "admin_created.powershell_scripts"),
    (f"{DM}/deviceHealthScripts",             "admin_created.powershell_scripts"),
    (f"{DM}/userPfxCertificates",             "access.certificate_private_keys"),
    (f"{DM}/derivedCredentials",              "access.static_authenticators"),
    (f"{DM}/managedDeviceOverview",           "tenant_account.enrolled_devices_or_users"),
    (f"{DM}/softwareUpdateStatusSummary",     "tenant_account.installed_devices"),
    (f"{DM}/depOnboardingSettings",           "third_party_tenant.ids"),
    (f"{DAM}/vppTokens",                      "third_party_tenant.ids"),
    (f"{DM}/remoteAssistancePartners",        "support.contact_information"),
    (f"{DM}/troubleshootingEvents",           "support.email_discussions"),
)
# fmt: on
PERMITTED = (
    f"{DAM}/mobileApps",
    f"{DAM}/iosManagedAppProtections",
    f"{DAM}/managedAppRegistrations",
    f"{DAM}/managedAppPolicies",
    f"{DM}/auditEvents",
    f"{DM}/roleScopeTags",
    "users",
)


@pytest.fixture
def mam(settings: Settings, serve: Callable[[Settings], FlaskClient]) -> FlaskClient:
    """The service of a tenant that manages apps alone."""
    return serve(replace(settings, workload="mam"))


@pytest.mark.parametrize(("path", "row"), DENIED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_page_denies_is_refused_naming_its_row(
    mam: FlaskClient, sign_in: Callable[..., Headers], method: str, path: str, row: str
) -> None:
    answer = mam.open(f"/beta/{path}", method=method, headers=sign_in(), json={})
    assert answer.status_code == 403
    assert row in answer.json["error"]["message"]


@pytest.mark.parametrize(("path", "row"), DENIED)
def test_a_tenant_with_devices_has_it(
    client: FlaskClient, sign_in: Callable[..., Headers], path: str, row: str
) -> None:
    assert client.get(f"/beta/{path}", headers=sign_in()).status_code == 200


@pytest.mark.parametrize("path", PERMITTED)
def test_what_the_page_permits_is_there(
    mam: FlaskClient, sign_in: Callable[..., Headers], path: str
) -> None:
    assert mam.get(f"/beta/{path}", headers=sign_in()).status_code == 200


def test_no_device_enrolls(mam: FlaskClient, user: Headers) -> None:
    body: dict[str, Any] = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
    assert mam.post("/mdm/v1/enrollments", headers=user, json=body).status_code == 403
