"""Phases in which a context changes: what is not permitted any more has to be gone at once."""

from __future__ import annotations

from typing import Any

from mdm_sim.policy.context import Ownership, Platform, Workload
from mdm_sim.proving.offers import MANAGED_APP
from mdm_sim.proving.stage import BETA_DEVICES, DEVICES, Stage

APPS = "/v1.0/deviceAppManagement/mobileApps"
CONNECTORS = "/beta/deviceManagement/mobileThreatDefenseConnectors"
_MARKS = {Ownership.CORPORATE: "company", Ownership.PERSONAL: "personal"}
# A value that another one replaces may stay in the write-ahead log until the next purge: so a
# report of new values is followed by one that takes facts back.
WITHDRAWN = {"model": None, "deviceName": None, "diagnosticUsage": None}
_CONSENTS = (
    ("corporate ios", True),
    ("corporate macos", True),
    ("app android", True),
    ("app ios", False),
)
MARKED = ("corporate ios", "corporate windows", "corporate macos", "corporate work profile")


def mark(stage: Stage, name: str, ownership: Ownership, path: str = DEVICES) -> None:
    """An administrator says whose a device is."""
    record = stage.need(name)
    body = {"managedDeviceOwnerType": _MARKS[ownership]}
    stage.callers.ask("PATCH", f"{path}/{record.id}", body)
    stage.model.mark(record, ownership)


def corporate_to_personal(stage: Stage) -> None:
    """Corporate devices become personal, with their apps."""
    for name in MARKED:
        mark(stage, name, Ownership.PERSONAL)


def personal_reports(stage: Stage) -> None:
    """They check in as personal devices, with everything that is not theirs to keep any more."""
    for name in MARKED:
        record = stage.need(name)
        stage.check_in(record, stage.fresh(record))
        stage.check_in(record, WITHDRAWN)


def personal_to_corporate(stage: Stage) -> None:
    """They become corporate again: nothing is filled in until they report it."""
    for name in MARKED:
        mark(stage, name, Ownership.CORPORATE, BETA_DEVICES)


def replaced_and_withdrawn(stage: Stage) -> None:
    """New values take the places of old ones, and a fact is taken back."""
    for record in list(stage.model.records.values())[::2]:
        stage.check_in(record, stage.fresh(record))
        stage.check_in(record, WITHDRAWN)


def entra_join(stage: Stage) -> None:
    """The directory gets the device of an app, which then states its device id again."""
    app = stage.need("app ios")
    device_id = _stated_id(stage, app.context.workload)
    body = {
        "deviceId": device_id,
        "displayName": "Proving",
        "operatingSystem": "iOS",
        "trustType": "AzureAd",
    }
    made = stage.callers.ask("POST", "/v1.0/devices", body)
    stage.ledger.hold(device_id, ("directory", device_id))
    owner = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{app.upn}"}
    path = f"/v1.0/devices/{made['id']}"
    stage.callers.ask("POST", f"{path}/registeredOwners/$ref", owner)
    stage.model.tenant.joined.add((device_id, app.upn))
    stage.check_in(app, {"azureADDeviceId": device_id})


def entra_leave(stage: Stage) -> None:
    """The device leaves the directory: its id is no app's to keep any more."""
    app = stage.need("app ios")
    device_id = app.facts["azureADDeviceId"]
    stage.callers.ask("DELETE", f"/v1.0/devices(deviceId='{device_id}')")
    stage.model.tenant.joined.discard((device_id, app.upn))
    stage.ledger.drop([("directory", device_id)])
    stage.model.rejudge()


def _stated_id(stage: Stage, workload: Workload) -> str:
    facts = stage.offers.facts(workload, Platform.IOS)
    return str(facts["azureADDeviceId"])


def compliant_apps_on(stage: Stage) -> None:
    """The compliant-apps feature lets personal devices tell of their apps."""
    stage.switch(compliantAppsFeature=True)
    for name in ("personal ios", "personal android"):
        stage.check_in(stage.need(name), {"applications": stage.offers.applications(Workload.MDM)})


def compliant_apps_off(stage: Stage) -> None:
    """Without it a personal device's apps are gone."""
    stage.switch(compliantAppsFeature=False)


def strict_inventory(stage: Stage) -> None:
    """The note is read strictly: an app on a personal device tells of no app, not even itself."""
    stage.switch(strictAppInventory=True)


def location_on_request(stage: Stage) -> None:
    """Locations are kept on request only: those that nobody asked for are gone, now and later."""
    stage.switch(strictAppInventory=False, locationOnRequestOnly=True)
    record = stage.need("corporate ios")
    stage.check_in(record, _location(stage))


def location_asked(stage: Stage) -> None:
    """An order asks for a location, and the device answers it."""
    record = stage.need("corporate ios")
    stage.callers.ask("POST", f"{DEVICES}/{record.id}/locateDevice")
    orders = stage.check_in(record)["orders"]
    done = [{"id": order["id"], "status": "done"} for order in orders]
    stage.check_in(record, _location(stage), results=done, asked=True)


def location_always(stage: Stage) -> None:
    """Locations may come unasked again, and personal devices still have none to tell."""
    stage.switch(locationOnRequestOnly=False)
    for name in ("corporate android", "personal ios"):
        stage.check_in(stage.need(name), _location(stage))


def _location(stage: Stage) -> dict[str, Any]:
    """A location alone."""
    facts = stage.offers.facts(Workload.MDM, Platform.IOS)
    return {"location": facts["location"]}


def connector_on(stage: Stage) -> None:
    """A threat defence connector: the threat state may be kept on its platforms."""
    flags = {"iosEnabled": True, "iosMobileApplicationManagementEnabled": True}
    made = stage.callers.ask("POST", CONNECTORS, {"partnerState": "enabled", **flags})
    stage.made["connector"] = made["id"]
    stage.model.tenant.connector = frozenset({Platform.IOS, Platform.IPADOS})
    stage.model.rejudge()
    for name in ("corporate ios", "personal android", "app ios"):
        stage.check_in(stage.need(name), {"threatState": "secured"})


def connector_off(stage: Stage) -> None:
    """Without it no threat state is kept."""
    stage.callers.ask("DELETE", f"{CONNECTORS}/{stage.made['connector']}")
    stage.model.tenant.connector = frozenset()
    stage.model.rejudge()


def diagnostics_on(stage: Stage) -> None:
    """The tenant wants diagnostics; three users consent, one does not."""
    stage.switch(diagnostics=True)
    for name, consent in _CONSENTS:
        record = stage.need(name)
        stage.check_in(record, stage.fresh(record), consent=consent)
        stage.check_in(record, WITHDRAWN)


def consent_off(stage: Stage) -> None:
    """A user withdraws the consent."""
    stage.check_in(stage.need("corporate ios"), consent=False)


def diagnostics_off(stage: Stage) -> None:
    """The tenant does not want them any more."""
    stage.switch(diagnostics=False)


def pseudonyms_rotated(stage: Stage) -> None:
    """The key of the pseudonyms is replaced: the reports are held as before."""
    stage.callers.ask("POST", "/privacy/v1/pseudonyms/rotate", {})
    stage.callers.ask("GET", "/privacy/v1/rejudgement")


def app_managed(stage: Stage) -> None:
    """The tenant manages an app: registrations may tell that it is there."""
    body = {
        "@odata.type": "#microsoft.graph.iosLobApp",
        "displayName": "Proving",
        "bundleId": MANAGED_APP,
    }
    stage.made["app"] = stage.callers.ask("POST", APPS, body)["id"]
    stage.model.tenant.managed.add(MANAGED_APP)
    stage.model.rejudge()
    for name in ("app ios", "app windows"):
        stage.check_in(stage.need(name), {"applications": stage.offers.applications(Workload.MAM)})


def app_unmanaged(stage: Stage) -> None:
    """The tenant manages it no more."""
    stage.callers.ask("DELETE", f"{APPS}/{stage.made['app']}")
    stage.model.tenant.managed.discard(MANAGED_APP)
    stage.model.rejudge()
