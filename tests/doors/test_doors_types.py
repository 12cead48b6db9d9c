"""Wrongly typed bodies: each wrong value is refused with the JSON pointer of where it stands."""

import pytest

DEVICE_DOOR = "/mdm/v1/check-ins"
NOT_TEXT = (1, 1.5, True, [], {}, ["CANARY"], {"CANARY": "CANARY"})
NO_TEXT = (*NOT_TEXT, "CANARY\n", "CANARY\x00", "CANARY" * 43)
NOT_BOOLEAN = (1, 0, "true", "CANARY", [], {})
NOT_COUNT = (-1, 1.5, True, "1", "CANARY", 2**63, 2**70, [], {})
NOT_OBJECT = (1, True, "CANARY", [], ["CANARY"])

# fmt: off
WRONG = {
    "deviceName manufacturer model operatingSystem osVersion serialNumber appleId easDeviceId "
    "subscriberCarrier cellularTechnology wifiNetworkName udid meid androidId windowsDeviceId "
    "deviceTag applicationVersion managementSdkVersion securityPatchLevel": NO_TEXT,
    "deviceType":      (*NOT_TEXT, "CANARY", "ipad", ""),
    "threatState":     (*NOT_TEXT, "CANARY", "Secured", ""),
    "imei":            (*NOT_TEXT, "CANARY", "490154203237519", "4901542032375", "²90154203237518"),
    "iccid":           (*NOT_TEXT, "CANARY", "8931440400000000004", "893144040000000000"),
    "wiFiMacAddress ethernetMacAddress":
                       (*NOT_TEXT, "CANARY", "0A1B2C3D4E", "0A1B2C3D4E5G", "0A1B2C3D4E5F6G"),
    "ipAddressV4":     (*NOT_TEXT, "CANARY", "192.0.2", "192.0.2.256", "::1", "192.0.2.7/24"),
    "azureADDeviceId": (*NOT_TEXT, "CANARY", "11111111222243338444555555555555", ""),
    "phoneNumber":     (*NOT_TEXT, "CANARY", "0612345678", "+0612345678", "+31 61234567", "+316\n"),
    "thirdPartyUserIds": (1, True, "CANARY", {}, [1], ["CANARY", None], ["CANARY\n"]),
    "totalStorageSpaceInBytes freeStorageSpaceInBytes": NOT_COUNT,
    "jailBroken isEncrypted passcodePresent passcodeCompliant secureBootEnabled "
    "codeIntegrityEnabled antivirusEnabled firewallEnabled": NOT_BOOLEAN,
    "location appIdentifier diagnosticDeviceDetails diagnosticUsage diagnosticHealth "
    "diagnosticSoftwareSetup": NOT_OBJECT,
    "applications":    (1, True, "CANARY", {}, ["CANARY"], [None], [[]]),
}
MEMBERS = (
    ({"location": {"latitude": 90.1}},                     "/facts/location/latitude"),
    ({"location": {"latitude": "CANARY"}},                 "/facts/location/latitude"),
    ({"location": {"longitude": -181}},                    "/facts/location/longitude"),
    ({"location": {"longitude": True}},                    "/facts/location/longitude"),
    ({"location": {"accuracyInMeters": -1}},               "/facts/location/accuracyInMeters"),
    ({"location": {"at": "2026-01-01T00:00:00"}},          "/facts/location/at"),
    ({"location": {"at": "CANARY"}},                       "/facts/location/at"),
    ({"appIdentifier": {"bundleId": 1}},                   "/facts/appIdentifier/bundleId"),
    ({"applications": [{}, {"id": 1}]},                    "/facts/applications/1/id"),
    ({"applications": [{"sizeInBytes": -1}]},              "/facts/applications/0/sizeInBytes"),
    ({"applications": [{"name": "CANARY\n"}]},             "/facts/applications/0/name"),
    ({"diagnosticUsage": {"sessions": "CANARY"}},          "/facts/diagnosticUsage/sessions"),
)
BODIES = (
    ({"facts": []},                                        "/facts"),
    ({"facts": "CANARY"},                                  "/facts"),
    ({"facts": None},                                      "/facts"),
    ({"results": {}},                                      "/results"),
    ({"results": ["CANARY"]},                              "/results/0"),
    ({"results": [{"status": "done"}]},                    "/results/0/id"),
    ({"results": [{"id": "CANARY", "status": "done"}]},    "/results/0/id"),
    ({"results": [{"id": "11111111-2222-4333-8444-555555555555", "status": "CANARY"}]},
                                                           "/results/0/status"),
    ({"results": [{"id": "11111111-2222-4333-8444-555555555555"}]}, "/results/0/status"),
    ({"results": [{"id": "11111111-2222-4333-8444-555555555555", "status": "done"}] * 101},
                                                           "/results"),
    ({"diagnosticsConsent": "CANARY"},                     "/diagnosticsConsent"),
    ({"diagnosticsConsent": 1},                            "/diagnosticsConsent"),
    ({"diagnosticsConsent": "true"},                       "/diagnosticsConsent"),
    ({"diagnosticsConsent": ["CANARY"]},                   "/diagnosticsConsent"),
)
ENROLLMENTS = (
    ({"platform": "CANARY"},                               "/platform"),
    ({"platform": "iOS"},                                  "/platform"),
    ({"platform": None},                                   "/platform"),
    ({"platform": ["CANARY"]},                             "/platform"),
    ({"enrollmentType": "CANARY"},                         "/enrollmentType"),
    ({"enrollmentType": 7},                                "/enrollmentType"),
    ({"enrollmentType": None},                             "/enrollmentType"),
    ({"enrollmentType": "enrollmentToken"},                "/enrollmentToken"),
    ({"enrollmentToken": 7},                               "/enrollmentToken"),
    ({"enrollmentToken": "C" * 513},                       "/enrollmentToken"),
    ({"facts": {"imei": "CANARY"}},                        "/facts/imei"),
)
TOKENS = (
    ({},                                                   "/enrollmentType"),
    ({"enrollmentType": "CANARY"},                         "/enrollmentType"),
    ({"enrollmentType": "enrollmentToken"},                "/enrollmentType"),
    ({"enrollmentType": "unknown", "expiresInSeconds": 0},      "/expiresInSeconds"),
    ({"enrollmentType": "unknown", "expiresInSeconds": 1.5},    "/expiresInSeconds"),
    ({"enrollmentType": "unknown", "expiresInSeconds": True},   "/expiresInSeconds"),
    ({"enrollmentType": "unknown", "expiresInSeconds": "CANARY"}, "/expiresInSeconds"),
    ({"enrollmentType": "unknown", "userPrincipalName": 7},     "/userPrincipalName"),
)
# fmt: on


def targets(answer) -> list[str]:
    return [each["target"] for each in answer.json["error"]["details"]]


@pytest.mark.parametrize("names", WRONG, ids=lambda names: names.split()[0])
def test_a_wrong_value_is_refused_with_its_pointer(refused, enroll, names):
    headers = enroll()["headers"]
    for name in names.split():
        for value in WRONG[names]:
            body = {"facts": {name: value, "CANARY": "CANARY"}}
            answer = refused("POST", DEVICE_DOOR, headers, 400, "badRequest", json=body)
            assert targets(answer)[0].startswith(f"/facts/{name}")


@pytest.mark.parametrize(("facts", "pointer"), MEMBERS)
def test_a_wrong_member_is_refused_with_its_pointer(refused, enroll, facts, pointer):
    headers = enroll()["headers"]
    answer = refused("POST", DEVICE_DOOR, headers, 400, "badRequest", json={"facts": facts})
    assert targets(answer) == [pointer]


@pytest.mark.parametrize(("body", "pointer"), BODIES)
def test_a_wrong_check_in_is_refused_with_its_pointer(refused, enroll, body, pointer):
    answer = refused("POST", DEVICE_DOOR, enroll()["headers"], 400, "badRequest", json=body)
    assert targets(answer) == [pointer]


@pytest.mark.parametrize(("change", "pointer"), ENROLLMENTS)
def test_a_wrong_enrollment_is_refused_with_its_pointer(refused, user, change, pointer):
    body = {"platform": "ios", "enrollmentType": "userEnrollment", **change}
    answer = refused("POST", "/mdm/v1/enrollments", user, 400, "badRequest", json=body)
    assert targets(answer) == [pointer]


@pytest.mark.parametrize("missing", ["platform", "enrollmentType"])
def test_what_an_enrollment_lacks_is_named(refused, user, missing):
    body = {"platform": "ios", "enrollmentType": "userEnrollment"}
    del body[missing]
    answer = refused("POST", "/mdm/v1/enrollments", user, 400, "badRequest", json=body)
    assert targets(answer) == [f"/{missing}"]


@pytest.mark.parametrize(("body", "pointer"), TOKENS)
def test_a_wrong_enrollment_token_is_refused_with_its_pointer(refused, admin, body, pointer):
    path = "/mdm/v1/enrollment-tokens"
    answer = refused("POST", path, admin, 400, "badRequest", json=body)
    assert targets(answer) == [pointer]


def test_everything_wrong_is_told_at_once(refused, enroll):
    body = {"facts": {"imei": "CANARY", "model": 1}, "diagnosticsConsent": "CANARY"}
    answer = refused("POST", DEVICE_DOOR, enroll()["headers"], 400, "badRequest", json=body)
    assert targets(answer) == ["/diagnosticsConsent", "/facts/imei", "/facts/model"]


@pytest.mark.parametrize(
    ("fact", "value", "kept"),
    [
        ("wiFiMacAddress", "0a-1b-2c-3d-4e-5f", "0A1B2C3D4E5F"),
        ("wiFiMacAddress", "0a1b.2c3d.4e5f", "0A1B2C3D4E5F"),
        ("azureADDeviceId", "11111111-2222-4333-8444-55555555555F",
         "11111111-2222-4333-8444-55555555555f"),
        ("deviceName", "Bö's 🍏 «tablet»", "Bö's 🍏 «tablet»"),
        ("totalStorageSpaceInBytes", 2**63 - 1, 2**63 - 1),
        ("thirdPartyUserIds", [], []),
        ("location", {"latitude": -90, "longitude": 180, "at": "2026-01-01T00:00:00+01:00"},
         {"latitude": -90, "longitude": 180, "at": "2026-01-01T00:00:00+01:00"}),
    ],
)  # fmt: skip
def test_a_right_value_is_kept_in_its_plain_form(enroll, stored, fact, value, kept):
    device = enroll({fact: value}, enrollment_type="deviceEnrollmentManager")
    assert stored(device["id"]) == {fact: kept}
