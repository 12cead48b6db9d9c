"""References between documents: only to what is there, and gone with it."""

import pytest

from mdm_sim.store.tables import references

APPS = "/beta/deviceAppManagement/mobileApps"
CATEGORIES = "/beta/deviceAppManagement/mobileAppCategories"
CONFIGURATIONS = "/beta/deviceManagement/groupPolicyConfigurations"
DEFINITIONS = "/beta/deviceManagement/groupPolicyDefinitions"
APP = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": "App", "bundleId": "com.x"}


@pytest.fixture
def held(desk):
    """How many references there are."""

    def count():
        with desk.store.read() as connection:
            return len(connection.execute(references.select()).all())

    return count


@pytest.mark.parametrize(
    "given",
    [
        {"categories@odata.bind": [f"{CATEGORIES}('CANARY')"]},
        {"categories": [{"id": "CANARY"}]},
        {"categories@odata.bind": [f"{APPS}('CANARY')"]},
    ],
)
def test_a_reference_to_nothing_is_refused(graph, held, given):
    answer = graph("POST", APPS, {**APP, **given}, 400)
    assert answer["error"]["details"][0]["target"] == "/categories"
    assert "CANARY" not in str(answer)
    made = graph("POST", APPS, APP, 201)
    graph("PATCH", f"{APPS}/{made['id']}", given, 400)
    assert [each["id"] for each in graph("GET", APPS)["value"]] == [made["id"]]
    assert held() == 0


def test_a_reference_within_an_object_that_is_given_is_looked_at_too(graph):
    value = {"enabled": True, "definition@odata.bind": f"{DEFINITIONS}('one-of-microsofts')"}
    presented = {
        "@odata.type": "#microsoft.graph.groupPolicyPresentationValueText",
        "value": "x",
        "definitionValue@odata.bind": f"{CONFIGURATIONS}('a')/definitionValues('CANARY')",
    }
    path = f"{CONFIGURATIONS}/{graph('POST', CONFIGURATIONS, {'displayName': 'X'}, 201)['id']}"
    graph("POST", f"{path}/definitionValues", value, 201)
    refused = graph(
        "POST", f"{path}/definitionValues", {**value, "presentationValues": [presented]}, 400
    )
    assert refused["error"]["details"][0]["target"] == "/definitionValue"
    assert len(graph("GET", f"{path}/definitionValues")["value"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "depOnboardingSettings/CANARY/defaultIosEnrollmentProfile/updateDeviceProfileAssignment",
        "depOnboardingSettings/CANARY/syncWithAppleDeviceEnrollmentProgram",
        "deviceConfigurations/CANARY/deviceStatusOverview/assign",
    ],
)
def test_nothing_is_done_to_what_is_not_there(graph, on_disk, client, sign_in, path):
    answer = client.post(f"/beta/deviceManagement/{path}", headers=sign_in(), json={})
    assert answer.status_code in {400, 404}
    assert "CANARY" not in answer.text
    assert not on_disk("CANARY")


def test_references_go_with_what_they_refer_to(graph, held):
    before = held()
    made = graph("POST", CATEGORIES, {"displayName": "Own"}, 201)
    bound = {"categories@odata.bind": [f"{CATEGORIES}('{made['id']}')"]}
    app = graph("POST", APPS, {**APP, **bound}, 201)
    shown = f"{APPS}/{app['id']}/categories"
    assert [each["id"] for each in graph("GET", shown)["value"]] == [made["id"]]
    assert held() == before + 1
    graph("DELETE", f"{CATEGORIES}/{made['id']}", status=204)
    assert graph("GET", shown)["value"] == []
    assert held() == before


def test_references_go_with_what_is_above_those_that_refer(graph, held):
    before = held()
    path = f"{CONFIGURATIONS}/{graph('POST', CONFIGURATIONS, {'displayName': 'X'}, 201)['id']}"
    value = {"enabled": True, "definition@odata.bind": f"{DEFINITIONS}('one-of-microsofts')"}
    graph("POST", f"{path}/definitionValues", value, 201)
    assert held() == before + 1
    graph("DELETE", path, status=204)
    assert held() == before


def test_what_is_below_the_only_object_of_a_place_goes_with_it(graph):
    reports = "/beta/deviceManagement/reports"
    graph("PATCH", reports, {}, 200)
    graph("POST", f"{reports}/exportJobs", {"reportName": "Devices"}, 201)
    assert [each["reportName"] for each in graph("GET", f"{reports}/exportJobs")["value"]]
    graph("DELETE", reports, status=204)
    assert graph("GET", f"{reports}/exportJobs")["value"] == []
