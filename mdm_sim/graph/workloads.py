"""Which service of Microsoft's stands behind a path of Graph, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

DIRECTORY, DEVICES, INTUNE, EXPORTS, REPORTS = (
    "directory",
    "devices",
    "intune",
    "exports",
    "reports",
)


@dataclass(frozen=True, slots=True)
class Workload:
    """`service` is the one whose limits count; `front_end` names itself in Intune's errors."""

    service: str
    front_end: str = ""

    @property
    def is_intune(self) -> bool:
        """Whether Intune answers, and not the directory."""
        return bool(self.front_end)


_DEVICE_END = "DeviceFE/StatelessDeviceFEService"
_CONFIGURATION_END = "DeviceConfiguration/StatelessDeviceConfigurationFEService"
_APP_END = "AppLifecycle/StatelessAppMetadataFEService"
_MAM_END = "MAMAdmin/MAMAdminFEService"
_DIRECTORY = Workload(DIRECTORY)
# By the beginning of a path in lower case; the first that fits counts. `{}` is any one segment.
# fmt: off
_WORKLOADS: tuple[tuple[str, Workload], ...] = (
    ("devicemanagement/reports/",                   Workload(EXPORTS, _DEVICE_END)),
    ("devicemanagement/manageddevice",              Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/comanageddevices",           Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/detectedapps",               Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/devicemanagementscripts",    Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/deviceshellscripts",         Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/devicehealthscripts",        Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/userexperienceanalytics",    Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/applepushnotification",      Workload(DEVICES, _DEVICE_END)),
    ("devicemanagement/deviceco",                   Workload(INTUNE, _CONFIGURATION_END)),
    ("devicemanagement/configuration",              Workload(INTUNE, _CONFIGURATION_END)),
    ("devicemanagement",                            Workload(INTUNE, _DEVICE_END)),
    ("deviceappmanagement/mobileapps",              Workload(INTUNE, _APP_END)),
    ("deviceappmanagement",                         Workload(INTUNE, _MAM_END)),
    ("users/{}/manageddevices",                     Workload(DEVICES, _DEVICE_END)),
    ("users/{}/managedapp",                         Workload(INTUNE, _MAM_END)),
    ("users/{}/getmanagedapp",                      Workload(INTUNE, _MAM_END)),
    ("users/{}/wipemanagedapp",                     Workload(INTUNE, _MAM_END)),
    ("users/{}/exportdeviceandappmanagementdata",   Workload(INTUNE, _DEVICE_END)),
    ("users/{}/devicemanagementtroubleshooting",    Workload(INTUNE, _DEVICE_END)),
    ("users/{}/deviceenrollmentconfigurations",     Workload(INTUNE, _DEVICE_END)),
    ("auditlogs",                                   Workload(REPORTS)),
)
# fmt: on


def workload_of(path: str) -> Workload:
    """The workload of a path below a version, in any case."""
    parts = path.strip("/").lower().split("/")
    if parts[0] == "users" and len(parts) > 1:
        parts[1] = "{}"
    text = "/".join(parts)
    return next((found for start, found in _WORKLOADS if text.startswith(start)), _DIRECTORY)
