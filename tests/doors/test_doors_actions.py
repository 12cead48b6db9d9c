"""Which remote action works on which devices: a row for every action, after Intune's pages."""

import pytest

from mdm_sim.remote_actions import ACTIONS, DEVICE_ACTIONS

PLATFORMS = ("windows", "macos", "ios", "ipados", "android", "linux")
TYPES = {"corporate": "deviceEnrollmentManager", "personal": "unknown"}
# What an action does not work without.
REQUIRED = {
    "deleteUserFromSharedAppleDevice": {"userPrincipalName": "x@mdmsim.example"},
    "setDeviceName": {"deviceName": "New name"},
}

WIN, MAC, APPLE, MOBILE = {"windows"}, {"macos"}, {"macos", "ios", "ipados"}, {"ios", "ipados"}
ANDROID, EVERY = {"android"}, set(PLATFORMS)
BOTH, COMPANY = ("corporate", "personal"), ("corporate",)

# fmt: off
TABLE = {
    "bypassActivationLock":                (APPLE, COMPANY),
    "cleanWindowsDevice":                  (WIN, BOTH),
    "deleteUserFromSharedAppleDevice":     ({"ipados"}, COMPANY),
    "disableLostMode":                     (MOBILE, COMPANY),
    "locateDevice":                        (MOBILE | ANDROID | WIN, COMPANY),
    "logoutSharedAppleDeviceActiveUser":   ({"ipados"}, COMPANY),
    "rebootNow":                           (EVERY - {"linux"}, BOTH),
    "recoverPasscode":                     (MOBILE | ANDROID, BOTH),
    "remoteLock":                          (APPLE | ANDROID, BOTH),
    "requestRemoteAssistance":             (MOBILE | ANDROID | WIN, BOTH),
    "resetPasscode":                       (MOBILE | ANDROID, BOTH),
    "retire":                              (EVERY, BOTH),
    "shutDown":                            (APPLE, COMPANY),
    "syncDevice":                          (EVERY, BOTH),
    "updateWindowsDeviceAccount":          (WIN, COMPANY),
    "windowsDefenderScan":                 (WIN, BOTH),
    "windowsDefenderUpdateSignatures":     (WIN, BOTH),
    "wipe":                                (EVERY - {"linux"}, BOTH),
    "activateDeviceEsim":                  (MOBILE | WIN, COMPANY),
    "cancelEnhancedLogCollection":         (WIN, BOTH),
    "changeAssignments":                   (EVERY, BOTH),
    "createDeviceLogCollectionRequest":    (WIN, COMPANY),
    "deprovision":                         (set(), BOTH),
    "disable":                             (set(), BOTH),
    "enableLostMode":                      (MOBILE, COMPANY),
    "enrollNowAction":                     (EVERY, BOTH),
    "initiateDeviceAttestation":           (WIN, BOTH),
    "initiateMobileDeviceManagementKeyRecovery": (WIN, BOTH),
    "initiateOnDemandProactiveRemediation": (WIN, BOTH),
    "overrideComplianceState":             (EVERY, BOTH),
    "pauseConfigurationRefresh":           (WIN, BOTH),
    "playLostModeSound":                   (MOBILE, COMPANY),
    "reenable":                            (set(), BOTH),
    "removeDeviceEsim":                    (MOBILE | WIN, COMPANY),
    "removeDeviceFirmwareConfigurationInterfaceManagement": (WIN, COMPANY),
    "restoreManagedHomeScreen":            (ANDROID, COMPANY),
    "revokeAppleVppLicenses":              (APPLE, BOTH),
    "rotateBitLockerKeys":                 (WIN, BOTH),
    "rotateFileVaultKey":                  (MAC, BOTH),
    "rotateLocalAdminPassword":            (WIN | MAC, COMPANY),
    "rotateRecoveryLockPasscode":          (MAC, COMPANY),
    "sendCustomNotificationToCompanyPortal": (MOBILE | ANDROID, BOTH),
    "setDeviceName":                       (EVERY - {"linux"}, COMPANY),
    "suspendManagedHomeScreen":            (ANDROID, COMPANY),
    "triggerConfigurationManagerAction":   (WIN, COMPANY),
    "triggerEnhancedLogCollection":        (WIN, BOTH),
}
V1 = list(TABLE)[:18]
ANSWERED = {"createDeviceLogCollectionRequest": 200}  # Graph's only one with a return type
EXCEPTIONS = (
    ("retire", "android", "androidEnterpriseFullyManaged"),
    ("retire", "android", "androidEnterpriseDedicatedDevice"),
    ("retire", "android", "androidAOSPUserOwnedDeviceEnrollment"),
    ("wipe",   "ios",     "appleUserEnrollment"),
    ("wipe",   "macos",   "appleAccountDrivenUserEnrollment"),
    ("wipe",   "android", "userEnrollment"),
)
# fmt: on


@pytest.fixture
def act(client, admin):
    """Ask for an action as the administrator; returns the answer."""

    def asked(device, action, version="beta", body=None):
        path = f"/{version}/deviceManagement/managedDevices/{device['id']}/{action}"
        given = REQUIRED.get(action, {}) if body is None else body
        return client.post(path, headers=admin, json=given)

    return asked


@pytest.fixture
def fleet(enroll):
    """A device of each platform and ownership."""
    return {
        (platform, owner): enroll({}, platform, kind)
        for platform in PLATFORMS
        for owner, kind in TYPES.items()
    }


def test_every_action_has_a_row():
    assert {action.name for action in DEVICE_ACTIONS} == TABLE.keys()
    assert ACTIONS.keys() - TABLE.keys() == {"selectiveWipe", "deviceQuery"}


@pytest.mark.parametrize("action", TABLE)
def test_an_action_is_taken_where_it_is_supported_and_nowhere_else(fleet, act, table, action):
    platforms, owners = TABLE[action]
    expected = {
        (platform, owner): platform in platforms and owner in owners for platform, owner in fleet
    }
    if action == "wipe":  # a personal Android device has a work profile, which is retired
        expected["android", "personal"] = False
    answers = {each: act(device, action).status_code for each, device in fleet.items()}
    good = ANSWERED.get(action, 204)
    assert answers == {each: good if taken else 400 for each, taken in expected.items()}
    assert len(table("orders")) == sum(expected.values())


@pytest.mark.parametrize(("action", "platform", "enrollment_type"), EXCEPTIONS)
def test_some_enrollments_do_not_take_an_action(
    enroll, act, dump, action, platform, enrollment_type
):
    device = enroll({}, platform, enrollment_type)
    before = dump()
    answer = act(device, action)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "BadRequest")
    assert dump() == before


@pytest.mark.parametrize("action", TABLE)
def test_v1_serves_only_its_own_actions(enroll, act, action):
    platforms = TABLE[action][0] or {"windows"}
    device = enroll({}, min(platforms), TYPES["corporate"])
    assert act(device, action, "v1.0").status_code == (204 if action in V1 else 400)


@pytest.mark.parametrize(
    ("action", "platform", "body"),
    [
        ("deleteUserFromSharedAppleDevice", "ipados", {}),
        ("setDeviceName", "windows", {}),
        ("setDeviceName", "windows", {"deviceName": 7}),
        ("windowsDefenderScan", "windows", {"quickScan": "CANARY"}),
        ("wipe", "windows", {"keepUserData": 1}),
        ("pauseConfigurationRefresh", "windows", {"pauseTimePeriodInMinutes": True}),
        ("pauseConfigurationRefresh", "windows", {"pauseTimePeriodInMinutes": 1.5}),
    ],
)
def test_wrong_parameters_are_refused(enroll, act, dump, action, platform, body):
    device = enroll({}, platform, TYPES["corporate"])
    before = dump()
    answer = act(device, action, body=body)
    assert (answer.status_code, "CANARY" in answer.text, dump()) == (400, False, before)
    assert len(answer.json["error"]["details"]) == 1


def test_parameters_that_an_action_does_not_have_are_refused(enroll, act, on_disk):
    answer = act(enroll(), "syncDevice", body={"CANARY": "CANARY"})
    assert (answer.status_code, "CANARY" in answer.text) == (400, False)
    assert not on_disk("CANARY")


@pytest.mark.parametrize("action", ["syncDevice", "microsoft.graph.syncDevice", "graph.syncDevice",
                                    "SYNCDEVICE", "syncDevice/"])  # fmt: skip
def test_an_action_may_be_named_as_clients_name_it(client, admin, enroll, action):
    path = f"/v1.0/deviceManagement/managedDevices('{enroll()['id']}')/{action}"
    assert client.post(path, headers=admin).status_code == 204
