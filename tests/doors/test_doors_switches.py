"""The tenant's switches and a user's consent: kept while they are on, purged when they go off."""

import pytest

from mdm_sim import tenant

ALL_OFF = {
    "compliantAppsFeature": False,
    "strictAppInventory": False,
    "deviceQuery": False,
    "diagnostics": False,
    "locationOnRequestOnly": False,
}
APPS = [{"id": "com.example.mail", "name": "Mail", "version": "1"}]
PLACE = {"location": {"latitude": 52.0, "longitude": 4.0}}
USAGE = {"diagnosticUsage": {"sessions": 7}, "diagnosticHealth": {"crashes": 1}}


def test_every_switch_is_off_at_first(graph):
    assert graph("GET", "/privacy/v1/settings") == ALL_OFF


@pytest.mark.parametrize("name", ALL_OFF)
def test_a_switch_is_turned_by_an_admin_and_noted(graph, name):
    assert graph("PATCH", "/privacy/v1/settings", {name: True}) == ALL_OFF | {name: True}
    newest = graph("GET", "deviceManagement/auditEvents?$top=1")["value"][0]
    assert newest["activityType"] == "Manage PrivacySettings"
    [change] = newest["resources"][0]["modifiedProperties"]
    assert (change["displayName"], change["newValue"]) == (name, "on")


def test_a_switch_that_stays_as_it_was_is_not_noted(graph, table):
    graph("PATCH", "/privacy/v1/settings", {"diagnostics": False})
    assert table("audit_events") == []


@pytest.mark.parametrize(
    "body", [{"diagnostics": 1}, {"diagnostics": "true"}, {"CANARY": True}, {"diagnostics": None}]
)
def test_a_wrong_switch_is_refused_whole(ask, admin, dump, body):
    before = dump()
    answer = ask(
        "PATCH", "/privacy/v1/settings", admin, 400, json={"compliantAppsFeature": True, **body}
    )
    assert ("CANARY" in answer.text, dump()) == (False, before)


def test_a_user_may_neither_see_nor_turn_switches(ask, user):
    for method in ("GET", "PATCH"):
        ask(method, "/privacy/v1/settings", user, 403, json={"diagnostics": True})


def test_the_compliant_apps_feature_opens_and_closes_personal_inventories(
    enroll, check_in, switch, stored
):
    device = enroll({"applications": APPS})
    switch(compliantAppsFeature=True)
    assert stored(device["id"]) == {}
    check_in(device, facts={"applications": APPS})
    assert stored(device["id"]) == {"applications": APPS}
    switch(compliantAppsFeature=False)
    assert stored(device["id"]) == {}


def test_the_compliant_apps_feature_off_leaves_corporate_inventories(enroll, switch, stored):
    switch(compliantAppsFeature=True)
    device = enroll({"applications": APPS}, enrollment_type="deviceEnrollmentManager")
    switch(compliantAppsFeature=False)
    assert stored(device["id"]) == {"applications": APPS}


def test_a_strict_tenant_applies_the_note_to_apps_as_well(register, check_in, switch, stored):
    app = register({"applications": APPS})
    assert stored(app["id"])["applications"] == APPS
    switch(strictAppInventory=True)
    assert "applications" not in stored(app["id"])
    told = check_in(app, facts={"applications": APPS})["receipt"]
    assert told["refused"]["app_inventory.app_id"] == "ownership_personal"
    switch(compliantAppsFeature=True)
    check_in(app, facts={"applications": APPS})
    assert stored(app["id"])["applications"] == APPS


def test_a_strict_tenant_keeps_the_managed_apps_of_a_corporate_device(
    enroll, register, switch, stored
):
    switch(strictAppInventory=True)
    device = enroll(enrollment_type="deviceEnrollmentManager")
    app = register({"applications": APPS}, deviceToken=device["deviceToken"])
    assert stored(app["id"])["applications"] == APPS


@pytest.mark.parametrize(
    ("tenant_opted", "user_opted", "reason"),
    [
        (False, False, "feature_off"),
        (False, True,  "feature_off"),
        (True,  False, "no_consent"),
        (True,  True,  None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("workload", ["mdm", "mam"])
def test_diagnostics_need_the_tenants_and_the_users_yes(
    enroll, register, switch, table, workload, tenant_opted, user_opted, reason
):
    switch(diagnostics=tenant_opted)
    begin = enroll if workload == "mdm" else register
    record = begin(USAGE, diagnosticsConsent=user_opted)
    assert record["receipt"]["refused"].get("optional.diagnostics.usage") == reason
    assert len(table("diagnostics")) == (2 if reason is None else 0)


def test_diagnostics_are_stored_under_a_pseudonym_only(enroll, switch, stored, table):
    switch(diagnostics=True)
    device = enroll(USAGE, diagnosticsConsent=True)
    rows = table("diagnostics")
    assert "diagnosticUsage" not in stored(device["id"])
    assert not any(word in str(rows) for word in (device["id"], tenant.USERS[0].id))
    assert {each["fact"] for each in rows} == {"diagnosticUsage", "diagnosticHealth"}
    assert {len(each["pseudonym"]) for each in rows} == {64}


def test_diagnostics_go_when_the_user_says_no(enroll, check_in, switch, table):
    switch(diagnostics=True)
    device = enroll(USAGE, diagnosticsConsent=True)
    check_in(device, diagnosticsConsent=False)
    assert table("diagnostics") == []
    assert check_in(device, facts=USAGE)["receipt"]["context"]["userDiagnostics"] is False
    assert table("diagnostics") == []


def test_diagnostics_go_when_the_tenant_says_no(enroll, check_in, switch, table):
    switch(diagnostics=True)
    device = enroll(USAGE, diagnosticsConsent=True)
    switch(diagnostics=False)
    assert table("diagnostics") == []
    check_in(device, facts=USAGE)
    assert table("diagnostics") == []


def test_consent_lasts_until_it_is_withdrawn(enroll, check_in, switch, table):
    switch(diagnostics=True)
    device = enroll()
    check_in(device, facts=USAGE, diagnosticsConsent=True)
    check_in(device, facts={"diagnosticUsage": {"sessions": 8}})
    documents = {each["fact"]: each["document"] for each in table("diagnostics")}
    assert documents["diagnosticUsage"] == '{"sessions":8}'


def test_diagnostics_go_with_the_device(enroll, ask, switch, table):
    switch(diagnostics=True)
    device = enroll(USAGE, diagnosticsConsent=True)
    ask("DELETE", "/mdm/v1/enrollments/self", device["headers"], 204)
    assert table("diagnostics") == []


@pytest.fixture
def located(enroll):
    """A corporate phone that tells where it is."""
    return enroll(PLACE, enrollment_type="deviceEnrollmentManager")


def test_locations_on_request_only_purges_what_nobody_asked_for(located, switch, stored, row):
    assert stored(located["id"]) == PLACE
    switch(locationOnRequestOnly=True)
    assert stored(located["id"]) == {}
    assert row(located["id"]).location_expires_at is None


def test_an_order_lets_a_location_in_and_only_once(located, switch, graph, check_in, stored):
    switch(locationOnRequestOnly=True)
    graph("POST", f"deviceManagement/managedDevices/{located['id']}/locateDevice", status=204)
    [order] = check_in(located)["orders"]
    check_in(located, facts=PLACE)
    assert stored(located["id"]) == PLACE
    check_in(located, results=[{"id": order["id"], "status": "done"}])
    told = check_in(located, facts={"location": {"latitude": 1, "longitude": 1}})["receipt"]
    assert (told["refused"], stored(located["id"])) == ({"device.location": "feature_off"}, PLACE)


def test_a_location_may_come_together_with_the_result(located, switch, graph, check_in, stored):
    switch(locationOnRequestOnly=True)
    graph("POST", f"deviceManagement/managedDevices/{located['id']}/locateDevice", status=204)
    [order] = check_in(located)["orders"]
    check_in(located, facts=PLACE, results=[{"id": order["id"], "status": "done"}])
    assert stored(located["id"]) == PLACE


@pytest.mark.parametrize("status", ["failed", "notSupported"])
def test_a_location_beside_a_failed_order_is_not_asked_for(
    located, switch, graph, check_in, stored, status
):
    switch(locationOnRequestOnly=True)
    graph("POST", f"deviceManagement/managedDevices/{located['id']}/locateDevice", status=204)
    [order] = check_in(located)["orders"]
    check_in(located, facts=PLACE, results=[{"id": order["id"], "status": status}])
    assert stored(located["id"]) == {}
