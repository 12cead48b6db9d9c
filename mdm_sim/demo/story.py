"""What happens in the demo, in order; and the report that is left of it."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from mdm_sim.demo import proof, report
from mdm_sim.demo.running import devices
from mdm_sim.demo.tally import Tally
from mdm_sim.demo.told import Told
from mdm_sim.proving.search import content_of
from mdm_sim.proving.service import Admin, Service, ServiceFailed, service

MIX = "corporate=40,byod=35,mam=25"
PLATFORMS = "windows,macos,ios,ipados,android,linux"
AUDIT_TAIL = 15
Say = Callable[[str], None]


def tell(*, count: int, seed: int, once: bool, as_json: bool) -> int:
    """Run the demo and print its report; returns the exit status."""

    def say(text: str) -> None:
        print(text, file=sys.stderr if as_json else sys.stdout, flush=True)

    with tempfile.TemporaryDirectory(prefix="mdm-sim-demo-") as folder:
        try:
            with service(Path(folder)) as running:
                before = content_of(running.directory)
                told = _happen(running, count, seed, say)
                found = proof.search(running.directory, before, told.fleet, told.held)
                tally = Tally.of(told.fleet, told.held)
                if as_json:
                    print(orjson.dumps(report.as_json(told, tally, found)).decode(), flush=True)
                else:
                    report.show(told, tally, found)
                if not once:
                    _serve_on(running, say)
        except ServiceFailed as failure:
            print(f"mdm-sim demo: {failure}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 0
    return 0 if found.is_clean else 1


def _happen(running: Service, count: int, seed: int, say: Say) -> Told:
    told = Told()
    admin = Admin(running)
    say(f"the service answers at {running.ready['base_url']}")
    say(f"enrolling {count} simulated devices and apps over HTTP …")
    state = str(running.directory.parent / "fleet.jsonl")
    enrolled = devices(
        running,
        "enroll",
        "--count",
        str(count),
        "--seed",
        str(seed),
        "--mix",
        MIX,
        "--platforms",
        PLATFORMS,
        "--state",
        state,
    )
    told.fleet = [device for device in enrolled["devices"] if device["id"]]
    say("the administrator creates, assigns and orders; the fleet checks in …")
    app_id, policy_id = _create(admin)
    _order(admin, told)
    ran = devices(running, "run", "--state", state, "--rounds", "1")
    told.orders = [order for device in ran["devices"] for order in device["orders"]]
    told.gone = {device["id"] for device in ran["devices"] if device["gone"]}
    _flip(admin, told)
    admin.ask("DELETE", f"/v1.0/deviceAppManagement/mobileApps/{app_id}")
    admin.ask("DELETE", f"/v1.0/deviceManagement/deviceCompliancePolicies/{policy_id}")
    for device in told.fleet:
        if device["id"] not in told.gone:
            told.held[device["id"]] = admin.ask("GET", f"/privacy/v1/records/{device['id']}")
    tail = admin.ask(
        "GET",
        f"/v1.0/deviceManagement/auditEvents?$top={AUDIT_TAIL}"
        "&$filter=activityType ne 'checkIn ManagedDevice' and "
        "activityType ne 'checkIn ManagedAppRegistration'",
    )
    told.audit = tail["value"]
    return told


def _create(admin: Admin) -> tuple[str, str]:
    everybody = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
    apps, policies = (
        "/v1.0/deviceAppManagement/mobileApps",
        "/beta/deviceManagement/deviceCompliancePolicies",
    )
    app = admin.ask(
        "POST",
        apps,
        {
            "@odata.type": "#microsoft.graph.webApp",
            "displayName": "Intranet",
            "publisher": "mdm-sim",
            "appUrl": "https://intranet.mdmsim.example",
        },
    )
    admin.ask(
        "POST",
        f"{apps}/{app['id']}/assign",
        {"mobileAppAssignments": [{"intent": "required", **everybody}]},
    )
    block = [{"actionType": "block", "gracePeriodHours": 0}]
    policy = admin.ask(
        "POST",
        policies,
        {
            "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
            "displayName": "Encrypted and firewalled",
            "bitLockerEnabled": True,
            "activeFirewallRequired": True,
            "scheduledActionsForRule": [
                {"ruleName": "PasswordRequired", "scheduledActionConfigurations": block}
            ],
        },
    )
    admin.ask("POST", f"{policies}/{policy['id']}/assign", {"assignments": [everybody]})
    return app["id"], policy["id"]


def _order(admin: Admin, told: Told) -> None:
    """A remote task for several devices: those of a corporate phone, a personal one and an app."""
    phones = {"ios", "ipados", "android"}
    corporate = [each for each in told.fleet if each["profile"] == "corporate"]
    personal = [each for each in told.fleet if each["profile"] == "byod"]
    apps = [each for each in told.fleet if each["workload"] == "mam"]
    path = "/v1.0/deviceManagement/managedDevices"
    located = [each for each in corporate if each["platform"] in phones]
    for device in located[:2]:
        admin.ask("POST", f"{path}/{device['id']}/locateDevice")
    for device in corporate[:3] + personal[:3]:
        admin.ask("POST", f"{path}/{device['id']}/syncDevice")
    locked = [each for each in personal if each["platform"] in phones]
    for device in locked[:1]:
        admin.ask("POST", f"{path}/{device['id']}/remoteLock")
    for device in [each for each in corporate if each["platform"] != "linux"][-1:]:
        admin.ask("POST", f"{path}/{device['id']}/wipe", {"keepUserData": False})
    for device in personal[-1:]:
        admin.ask("DELETE", f"{path}/{device['id']}")
    for app in apps[-1:]:
        admin.ask(
            "POST",
            f"/v1.0/users/{app['user']}/wipeManagedAppRegistrationsByDeviceTag",
            {"deviceTag": app["facts"]["deviceTag"]},
        )


def _flip(admin: Admin, told: Told) -> None:
    """One corporate device becomes personal: what it may no longer hold goes at once."""
    device = next(
        each
        for each in told.fleet
        if each["profile"] == "corporate"
        and each["platform"] in {"ios", "ipados", "windows", "macos"}
        and each["id"] not in told.gone
    )
    before = admin.ask("GET", f"/privacy/v1/records/{device['id']}")
    admin.ask(
        "PATCH",
        f"/v1.0/deviceManagement/managedDevices/{device['id']}",
        {"managedDeviceOwnerType": "personal"},
    )
    after = admin.ask("GET", f"/privacy/v1/records/{device['id']}")
    told.flipped = {"device": device, "before": before, "after": after}


def _serve_on(running: Service, say: Say) -> None:
    ready = running.ready
    say("")
    say("The service goes on until Ctrl-C:")
    say(f"  HTTPS  {ready['base_url']}   (its authority: {ready['ca_file']})")
    say(f"  HTTP   {ready['http_url']}")
    say(f"  admin  {ready['admin_upn']} / {ready['admin_password']}")
    say("Ask it something:")
    say(
        f'  curl -s --cacert {ready["ca_file"]} -H "Authorization: Bearer '
        f'$({Path(sys.executable).parent}/mdm-sim token --ready-file {running.ready_file})" '
        f"'{ready['base_url']}/v1.0/deviceManagement/managedDevices?$top=3&$select=deviceName,managedDeviceOwnerType'"
    )
    while running.is_running:
        time.sleep(0.2)
    message = "the service ended"
    raise ServiceFailed(message)
