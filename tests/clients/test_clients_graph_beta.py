"""msgraph-beta-sdk, Microsoft's client of Graph's beta version, with a changed base URL."""

from __future__ import annotations

from typing import Any

import msgraph_beta
import pytest
from clients import sdk
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
from serving.conftest import Running

# The SDK's own modules warn of themselves when they are imported, which is at their first use.
pytestmark = [
    pytest.mark.usefixtures("trusted"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph_beta"),
]
M = sdk.Package(msgraph_beta)
POLICIES = "device_management.configuration_policies"


@pytest.fixture
def graph(service: Running) -> Any:
    """Do some work with a client of the service, which signs in by certificate."""
    url = f"{service.ready['base_url']}/beta"
    return lambda work: M.run(work, sdk.certificate(service.ready), url)


def setting(name: str, option: str) -> Any:
    value = M.DeviceManagementConfigurationChoiceSettingValue(
        value=f"{name}_{option}",
        children=[
            M.DeviceManagementConfigurationSimpleSettingInstance(
                setting_definition_id=f"{name}_text",
                simple_setting_value=M.DeviceManagementConfigurationStringSettingValue(value="x"),
            )
        ],
    )
    return M.DeviceManagementConfigurationSetting(
        setting_instance=M.DeviceManagementConfigurationChoiceSettingInstance(
            setting_definition_id=name, choice_setting_value=value
        )
    )


def test_a_settings_catalog_policy_keeps_its_settings_in_order(graph: Any) -> None:
    async def work(client: Any) -> None:
        policies = client.device_management.configuration_policies
        given = M.DeviceManagementConfigurationPolicy(
            name="Catalog",
            platforms=M.DeviceManagementConfigurationPlatforms.Windows10,
            technologies=M.DeviceManagementConfigurationTechnologies.Mdm,
            settings=[setting(f"setting{number}", "on") for number in range(12)],
        )
        made = await policies.post(given)
        one = policies.by_device_management_configuration_policy_id(made.id)
        shown = await one.get()
        assert (shown.setting_count, shown.is_assigned) == (12, False)
        settings = (await one.settings.get()).value
        names = [each.setting_instance.setting_definition_id for each in settings]
        assert names == [f"setting{number}" for number in range(12)]
        [child] = settings[0].setting_instance.choice_setting_value.children
        assert child.simple_setting_value.value == "x"
        target = M.GroupAssignmentTarget(
            group_id="00000000-0000-0000-0000-000000000001",
            device_and_app_management_assignment_filter_type=(
                M.DeviceAndAppManagementAssignmentFilterType.None_
            ),
        )
        body = M.below(f"{POLICIES}.item.assign", "AssignPostRequestBody")
        wanted = M.DeviceManagementConfigurationPolicyAssignment(target=target)
        await one.assign.post(body(assignments=[wanted]))
        asked = M.asked(POLICIES, filter="name eq 'Catalog'", expand=["assignments"])
        [found] = (await policies.get(asked)).value
        assert (found.is_assigned, len(found.assignments)) == (True, 1)
        assert isinstance(found.assignments[0].target, M.GroupAssignmentTarget)
        await one.delete()
        with pytest.raises(ODataError) as told:
            await one.get()
        assert told.value.error.code == "ResourceNotFound"

    graph(work)


def test_scripts_come_back_byte_for_byte(graph: Any) -> None:
    content = "Write-Output 'häagen'\r\n".encode()

    async def work(client: Any) -> None:
        scripts = client.device_management.device_management_scripts
        made = await scripts.post(
            M.DeviceManagementScript(
                display_name="Script",
                file_name="script.ps1",
                run_as_account=M.RunAsAccountType.System,
                script_content=content,
            )
        )
        one = scripts.by_device_management_script_id(made.id)
        assert (await one.get()).script_content == content
        await one.patch(M.DeviceManagementScript(description="Changed"))
        assert (await one.get()).description == "Changed"
        await one.delete()

    graph(work)


def test_filters_profiles_and_protections_are_made(graph: Any) -> None:
    async def work(client: Any) -> None:
        management, apps = client.device_management, client.device_app_management
        rule = '(device.osVersion -startsWith "1")'
        for collection, given in (
            (
                management.assignment_filters,
                M.DeviceAndAppManagementAssignmentFilter(
                    display_name="Filter", platform=M.DevicePlatformType.IOS, rule=rule
                ),
            ),
            (
                management.windows_autopilot_deployment_profiles,
                M.AzureADWindowsAutopilotDeploymentProfile(display_name="Profile", locale="nl-NL"),
            ),
            (
                management.group_policy_configurations,
                M.GroupPolicyConfiguration(display_name="Templates"),
            ),
            (
                apps.android_managed_app_protections,
                M.AndroidManagedAppProtection(display_name="Protection", pin_required=True),
            ),
        ):
            made = await collection.post(given)
            assert type(made) is type(given)
            assert made.display_name == given.display_name
            assert made.id in {each.id for each in (await collection.get()).value}

    graph(work)


def test_audit_entries_tell_what_this_client_did(graph: Any) -> None:
    async def work(client: Any) -> None:
        categories = client.device_management.device_categories
        made = await categories.post(M.DeviceCategory(display_name="Category"))
        events = client.device_management.audit_events
        asked = M.asked(
            "device_management.audit_events",
            filter="activityType eq 'Create DeviceCategory'",
            orderby=["activityDateTime desc"],
            top=1,
        )
        [entry] = (await events.get(asked)).value
        assert entry.resources[0].resource_id == made.id
        assert (entry.activity_operation_type, entry.activity_result) == ("Create", "Success")
        assert (await events.get_audit_categories.get()).value

    graph(work)


def test_a_wrong_value_is_refused_and_never_told_again(graph: Any) -> None:
    async def work(client: Any) -> None:
        given = M.DeviceAndAppManagementAssignmentFilter(display_name="Filter")
        given.additional_data = {"platform": "CANARY"}
        with pytest.raises(ODataError) as told:
            await client.device_management.assignment_filters.post(given)
        assert told.value.response_status_code == 400
        assert "CANARY" not in str(told.value)

    graph(work)
