"""How devices stand with policies: what the verdict says, and nothing that was not kept."""

import pytest
from graph.graph_people import COMPLIANCE, CONFIGURATIONS, DEVICES, OWN, THEIR, people


@pytest.fixture(scope="module")
def two(prepared, tmp_path_factory):
    """Two people's devices; tests leave them as they were."""
    with people(prepared, tmp_path_factory.mktemp("states")) as found:
        yield found


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize(
    ("whose", "person", "state"), [("own", OWN, "compliant"), ("their", THEIR, "nonCompliant")]
)
def test_a_policy_stands_as_the_verdict_says(two, version, whose, person, state):
    phone = getattr(two, f"{whose}_phone")
    path = f"/{version}/{DEVICES}/{phone}/deviceCompliancePolicyStates"
    [found] = two.values(path)
    assert (found["id"], found["displayName"]) == (two.policy, "Passcodes")
    assert (found["state"], found["platformType"]) == (state, "iOS")
    assert (found["settingCount"], found["version"]) == (1, 1)
    if version == "beta":
        assert found["userPrincipalName"] == person.upn
    settings = two.values(f"{path}/{two.policy}/settingStates")
    assert settings == found["settingStates"]
    [setting] = settings
    assert setting["setting"] == "IosCompliancePolicy.PasscodeRequired"
    assert (setting["state"], setting["currentValue"]) == (state, None)
    assert (setting["userId"], setting["userPrincipalName"]) == (person.id, person.upn)
    assert setting["sources"] == [
        {"displayName": "Passcodes", "id": two.policy, "sourceType": "deviceConfiguration"}
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("state eq 'compliant'", 1),
        ("state eq microsoft.graph.complianceStatus'compliant'", 1),
        ("state ne 'compliant'", 0),
        ("settingCount gt 0 and contains(displayName,'pass')", 1),
        ("settingStates/any(s:s/state eq 'compliant')", 1),
        ("settingStates/any(s:s/state eq 'nonCompliant')", 0),
    ],
)
def test_states_are_filtered(two, text, found):
    path = f"{DEVICES}/{two.own_phone}/deviceCompliancePolicyStates?$filter={text}"
    assert len(two.values(path)) == found


@pytest.mark.parametrize(("whose", "number"), [("own", 0), ("their", 1)])
def test_settings_that_are_not_complied_with_are_told(two, whose, number):
    phone = getattr(two, f"{whose}_phone")
    told = two.values(f"{DEVICES}/{phone}/getNonCompliantSettings()")
    assert [each["setting"] for each in told] == ["IosCompliancePolicy.PasscodeRequired"] * number


def test_no_policy_for_another_platform_or_without_an_assignment_is_among_them(two):
    assert two.values(f"{DEVICES}/{two.own_desk}/deviceCompliancePolicyStates") == []
    path = f"{COMPLIANCE}/{two.policy}"
    rule = {"scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}]}
    other = {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "Unassigned",
        "scheduledActionsForRule": [rule],
    }
    made = two.send("POST", COMPLIANCE, 201, other)["id"]
    found = two.values(f"{DEVICES}/{two.own_phone}/deviceCompliancePolicyStates")
    assert [each["id"] for each in found] == [two.policy]
    two.send("DELETE", f"{COMPLIANCE}/{made}", 200)
    assert two.get(path)["id"] == two.policy


def test_of_two_policies_nobody_can_tell_which_is_not_complied_with(two):
    rule = {"scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}]}
    other = {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "Second",
        "osMinimumVersion": "1",
        "scheduledActionsForRule": [rule],
    }
    made = two.send("POST", COMPLIANCE, 201, other)["id"]
    target = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
    two.send("POST", f"{COMPLIANCE}/{made}/assign", 200, {"assignments": [target]})
    path = f"{DEVICES}/{two.own_phone}/deviceCompliancePolicyStates"
    states = {each["displayName"]: each["state"] for each in two.values(path)}
    # Nothing was judged yet of the new one.
    assert states == {"Passcodes": "compliant", "Second": "unknown"}
    path = f"{DEVICES}/{two.their_phone}/deviceCompliancePolicyStates"
    states = {each["displayName"]: each["state"] for each in two.values(path)}
    assert states == {"Passcodes": "unknown", "Second": "unknown"}
    two.send("DELETE", f"{COMPLIANCE}/{made}", 200)


def test_a_configuration_is_carried_out_by_nobody(two):
    path = f"{DEVICES}/{two.own_phone}/deviceConfigurationStates"
    [found] = two.values(path)
    assert (found["id"], found["state"], found["platformType"]) == (
        two.configuration,
        "unknown",
        "iOS",
    )
    [setting] = two.values(f"{path}/{two.configuration}/settingStates")
    assert setting["setting"] == "IosGeneralDeviceConfiguration.CameraBlocked"
    assert setting["state"] == "unknown"
    assert two.get(f"{CONFIGURATIONS}/{two.configuration}")["cameraBlocked"] is True
