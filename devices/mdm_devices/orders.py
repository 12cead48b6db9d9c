"""How a device obeys an order: a table of actions, each with what it does to the device."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from mdm_devices import queries
from mdm_devices.facts import Facts
from mdm_devices.machine import Machine
from mdm_devices.personas import Device, Fleet
from mdm_devices.rounds import fresh_location, full_inventory

DONE, FAILED, NOT_SUPPORTED = "done", "failed", "notSupported"


@dataclass(frozen=True)
class Situation:
    """The device that gets an order, which check-in this is, and whose device it was told to be."""

    fleet: Fleet
    device: Device
    number: int
    ownership: str | None = None

    @property
    def is_corporate(self) -> bool:
        """Whether it is the organisation's: as the service told, or else by its profile."""
        return (self.ownership or self.device.profile) == "corporate"

    def renamed(self, name: str | None) -> "Situation":
        """The same, with another device name if there is one."""
        if name is None:
            return self
        device = replace(self.device, facts=self.device.facts | {"deviceName": name})
        return replace(self, device=device)


@dataclass(frozen=True)
class Reply:
    """What came of an order. `facts` go with the result; a device that is `gone` stops after it.

    `detail` is a word on it, or the rows of a device query.
    """

    status: str
    detail: Any = ""
    facts: Facts = field(default_factory=dict)
    gone: bool = False


Behaviour = Callable[[Situation, dict[str, Any]], Reply]


def just_done(_situation: Situation, _parameters: dict[str, Any]) -> Reply:
    """Carried out, with nothing to report."""
    return Reply(DONE)


def leave(_situation: Situation, _parameters: dict[str, Any]) -> Reply:
    """Carried out, and with it the enrollment ends."""
    return Reply(DONE, gone=True)


def locate(situation: Situation, _parameters: dict[str, Any]) -> Reply:
    """The place where the device is now."""
    place = fresh_location(situation.fleet, situation.device, situation.number)
    return Reply(DONE, facts={"location": place})


def rename(_situation: Situation, parameters: dict[str, Any]) -> Reply:
    """The device takes the name it is given, and reports it."""
    name = parameters.get("deviceName")
    if not isinstance(name, str) or not name.strip():
        return Reply(FAILED, "no deviceName in the parameters")
    return Reply(DONE, facts={"deviceName": name})


def sync(situation: Situation, _parameters: dict[str, Any]) -> Reply:
    """Everything the device has to tell."""
    told = full_inventory(situation.fleet, situation.device, situation.number)
    return Reply(DONE, facts=told)


def query(situation: Situation, parameters: dict[str, Any]) -> Reply:
    """The rows that a query asks for: on the organisation's Windows devices alone."""
    device = situation.device
    if device.platform != "windows" or not situation.is_corporate:
        return Reply(NOT_SUPPORTED, "this device cannot be queried")
    told = full_inventory(situation.fleet, device, situation.number)
    try:
        rows = queries.answer(parameters.get("query"), Machine(situation.fleet, device.index, told))
    except queries.QueryError as error:
        return Reply(FAILED, str(error))
    return Reply(DONE, rows)


# Graph's actions on a managedDevice that leave nothing to tell
# fmt: off
OBEYED_SILENTLY = (
    "activateDeviceEsim", "bypassActivationLock", "cancelEnhancedLogCollection",
    "changeAssignments", "cleanWindowsDevice", "createDeviceLogCollectionRequest",
    "deleteUserFromSharedAppleDevice", "disableLostMode", "enableLostMode", "enrollNowAction",
    "initiateDeviceAttestation", "initiateMobileDeviceManagementKeyRecovery",
    "initiateOnDemandProactiveRemediation", "logoutSharedAppleDeviceActiveUser",
    "overrideComplianceState", "pauseConfigurationRefresh", "playLostModeSound", "rebootNow",
    "recoverPasscode", "remoteLock", "removeDeviceEsim",
    "removeDeviceFirmwareConfigurationInterfaceManagement", "requestRemoteAssistance",
    "resetPasscode", "restoreManagedHomeScreen", "revokeAppleVppLicenses",
    "rotateBitLockerKeys", "rotateFileVaultKey", "rotateLocalAdminPassword",
    "rotateRecoveryLockPasscode", "sendCustomNotificationToCompanyPortal", "shutDown",
    "suspendManagedHomeScreen", "triggerConfigurationManagerAction",
    "triggerEnhancedLogCollection", "updateWindowsDeviceAccount", "windowsDefenderScan",
    "windowsDefenderUpdateSignatures",
)
# fmt: on
BEHAVIOURS: dict[str, Behaviour] = {
    **dict.fromkeys(OBEYED_SILENTLY, just_done),
    "wipe": leave,
    "retire": leave,
    "selectiveWipe": leave,
    "deviceQuery": query,
    "locateDevice": locate,
    "setDeviceName": rename,
    "syncDevice": sync,
}


def obey(situation: Situation, action: str, parameters: dict[str, Any]) -> Reply:
    """Carry out one order; an action in no table is notSupported."""
    behaviour = BEHAVIOURS.get(action)
    if behaviour is None:
        return Reply(NOT_SUPPORTED, "this device does not know the action")
    return behaviour(situation, parameters)
