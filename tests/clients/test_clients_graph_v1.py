"""msgraph-sdk, Microsoft's client of Graph v1.0: its base URL is changed, or nothing at all."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import Any
from urllib.parse import urlsplit

import msgraph
import pytest
from azure.identity.aio import ClientSecretCredential
from clients import sdk
from clients.connect_proxy import ConnectProxy
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_core.tasks.page_iterator import PageIterator
from serving.conftest import Running

# The SDK's own modules warn of themselves when they are imported, which is at their first use.
pytestmark = [
    pytest.mark.usefixtures("trusted"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
M = sdk.Package(msgraph)
DEVICES, REPORTS = "device_management.managed_devices", "device_management.reports"
TRIES = 300
NON_COMPLIANCE = "GetDeviceNonComplianceReportPostRequestBody"


@pytest.fixture
def graph(service: Running) -> Any:
    """Do some work with a client of the service."""
    url = f"{service.ready['base_url']}/v1.0"
    return lambda work: M.run(work, sdk.credential(service.ready), url)


def test_a_configuration_lives_through_the_client(graph: Any) -> None:
    async def work(client: Any) -> None:
        configurations = client.device_management.device_configurations
        setting = M.OmaSettingString(display_name="One", oma_uri="./Device/One", value="<a/>")
        given = M.Windows10CustomConfiguration(display_name="Custom", oma_settings=[setting])
        made = await configurations.post(given)
        assert isinstance(made, M.Windows10CustomConfiguration)
        assert (made.oma_settings[0].value, made.version) == ("<a/>", 1)
        assert made.created_date_time.tzinfo is not None
        one = configurations.by_device_configuration_id(made.id)
        await one.patch(M.Windows10CustomConfiguration(description="Changed"))
        target = M.AllDevicesAssignmentTarget()
        kind = M.below(
            "device_management.device_configurations.item.assign", "AssignPostRequestBody"
        )
        body = kind(assignments=[M.DeviceConfigurationAssignment(target=target)])
        assert len((await one.assign.post(body)).value) == 1
        [assignment] = (await one.assignments.get()).value
        assert isinstance(assignment.target, M.AllDevicesAssignmentTarget)
        changed = await one.get()
        assert (changed.description, changed.version) == ("Changed", 2)
        assert made.id in {each.id for each in (await configurations.get()).value}
        await one.delete()
        with pytest.raises(ODataError) as told:
            await one.get()
        assert (told.value.response_status_code, told.value.error.code) == (404, "ResourceNotFound")

    graph(work)


def test_a_compliance_policy_comes_with_its_actions(graph: Any) -> None:
    async def work(client: Any) -> None:
        policies = client.device_management.device_compliance_policies
        action = M.DeviceComplianceActionItem(
            action_type=M.DeviceComplianceActionType.Block, grace_period_hours=0
        )
        rule = M.DeviceComplianceScheduledActionForRule(
            rule_name="PasswordRequired", scheduled_action_configurations=[action]
        )
        given = M.IosCompliancePolicy(display_name="Policy", passcode_required=True)
        with pytest.raises(ODataError) as told:
            await policies.post(given)
        assert told.value.response_status_code == 400
        given.scheduled_actions_for_rule = [rule]
        made = await policies.post(given)
        one = policies.by_device_compliance_policy_id(made.id)
        [rule] = (await one.scheduled_actions_for_rule.get()).value
        assert rule.rule_name == "PasswordRequired"
        await one.delete()

    graph(work)


def test_an_app_is_assigned_and_found_by_its_type(graph: Any) -> None:
    async def work(client: Any) -> None:
        apps = client.device_app_management.mobile_apps
        made = await apps.post(
            M.IosStoreApp(
                display_name="App",
                bundle_id="example.app",
                applicable_device_type=M.IosDeviceType(i_pad=True, i_phone_and_i_pod=False),
            )
        )
        group = await client.groups.post(
            M.Group(
                display_name="App's", mail_nickname="a", mail_enabled=False, security_enabled=True
            )
        )
        one = apps.by_mobile_app_id(made.id)
        target = M.GroupAssignmentTarget(group_id=group.id)
        wanted = M.MobileAppAssignment(intent=M.InstallIntent.Required, target=target)
        body = M.below("device_app_management.mobile_apps.item.assign", "AssignPostRequestBody")
        await one.assign.post(body(mobile_app_assignments=[wanted]))
        [assignment] = (await one.assignments.get()).value
        assert assignment.intent == M.InstallIntent.Required
        assert assignment.target.group_id == group.id
        found = (await apps.graph_ios_store_app.get()).value
        assert made.id in {each.id for each in found}
        assert all(isinstance(each, M.IosStoreApp) for each in found)
        await one.delete()

    graph(work)


def test_groups_have_members_and_objects_are_found_by_id(graph: Any, service: Running) -> None:
    async def work(client: Any) -> None:
        named = f"userPrincipalName eq '{service.ready['user_upn']}'"
        asked = M.asked("users", filter=named, select=["id", "displayName"])
        [user] = (await client.users.get(asked)).value
        group = await client.groups.post(
            M.Group(display_name="G", mail_nickname="g", mail_enabled=False, security_enabled=True)
        )
        one = client.groups.by_group_id(group.id)
        await one.members.ref.post(
            M.ReferenceCreate(
                odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{user.id}"
            )
        )
        [member] = (await one.members.get()).value
        assert (isinstance(member, M.User), member.id) == (True, user.id)
        body = M.below("directory_objects.get_by_ids", "GetByIdsPostRequestBody")
        asked = body(ids=[user.id, group.id])
        found = (await client.directory_objects.get_by_ids.post(asked)).value
        assert {type(each).__name__ for each in found} == {"User", "Group"}
        await one.members.by_directory_object_id(user.id).ref.delete()
        assert (await one.members.get()).value == []
        await one.delete()

    graph(work)


def test_devices_are_listed_filtered_paged_and_told_what_to_do(graph: Any) -> None:
    async def work(client: Any) -> None:
        devices = client.device_management.managed_devices
        phones = await devices.get(M.asked(DEVICES, filter="operatingSystem eq 'iOS'"))
        assert {each.operating_system for each in phones.value} == {"iOS"}
        options = M.asked(DEVICES, top=2, count=True, select=["id", "deviceName"])
        first = await devices.get(options)
        assert (len(first.value), first.odata_count, bool(first.odata_next_link)) == (2, 5, True)
        names: list[str] = []
        pages = PageIterator(first, client.request_adapter)
        await pages.iterate(lambda each: names.append(each.id) is None)
        assert len(set(names)) == 5
        one = devices.by_managed_device_id(phones.value[0].id)
        assert (await one.get()).id == phones.value[0].id
        await one.sync_device.post()
        entries = (await client.device_management.audit_events.get()).value
        assert phones.value[0].id in {
            each.resources[0].resource_id
            for each in entries
            if each.activity_type.startswith("syncDevice")
        }

    graph(work)


def test_reports_come_as_bytes_and_as_archives(graph: Any, service: Running) -> None:
    async def work(client: Any) -> tuple[bytes, str]:
        reports = client.device_management.reports
        body = M.below(f"{REPORTS}.get_device_non_compliance_report", NON_COMPLIANCE)
        table = await reports.get_device_non_compliance_report.post(body(top=10))
        columns = ["DeviceId", "DeviceName"]
        job = await reports.export_jobs.post(
            M.DeviceManagementExportJob(
                report_name="Devices", select=columns, format=M.DeviceManagementReportFileFormat.Csv
            )
        )
        for _ in range(TRIES):
            job = await reports.export_jobs.by_device_management_export_job_id(job.id).get()
            if job.status == M.DeviceManagementReportStatus.Completed:
                break
            await asyncio.sleep(0.1)
        return table, job.url

    table, url = graph(work)
    assert {"TotalRowCount", "Schema", "Values"} <= json.loads(table).keys()
    archive = zipfile.ZipFile(io.BytesIO(service.session.get(url, timeout=30).content))
    [name] = archive.namelist()
    first, *rows = archive.read(name).decode("utf-8-sig").splitlines()
    assert ([each.strip('"') for each in first.split(",")], len(rows)) == (
        ["DeviceId", "DeviceName"],
        5,
    )


def test_a_refused_filter_is_an_error_of_the_client_with_a_code(graph: Any) -> None:
    async def work(client: Any) -> None:
        wrong = M.asked(DEVICES, filter="nothing eq 'x'")
        with pytest.raises(ODataError) as told:
            await client.device_management.managed_devices.get(wrong)
        assert (told.value.response_status_code, told.value.error.code) == (400, "BadRequest")

    graph(work)


def test_an_unmodified_client_works_behind_a_proxy(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its addresses nor those of azure-identity are changed; its paths have `//`."""

    async def work(client: Any) -> Any:
        return await client.device_management.managed_devices.get()

    ready = service.ready
    with ConnectProxy(urlsplit(ready["base_url"]).port or 0) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        credential = ClientSecretCredential(
            ready["tenant_id"],
            ready["client_id"],
            ready["client_secret"],
            connection_verify=ready["ca_file"],
        )
        assert len(M.run(work, credential).value) == 5
    assert (set(proxy.refused), proxy.tunnelled["graph.microsoft.com:443"] > 0) == (set(), True)
