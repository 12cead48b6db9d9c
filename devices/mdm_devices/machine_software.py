"""The tables of a device query that tell of software, accounts and files.

As in `machine_hardware`: a few rows each, from the device's own facts and seed.
"""

from mdm_devices.apps import invented_name
from mdm_devices.machine import Machine, Row, rows_of
from mdm_devices.machine_hardware import cpu

SYSTEM = "NT AUTHORITY\\SYSTEM"
SYSTEM32 = "C:\\Windows\\System32"
CURRENT_VERSION = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
TIME_ZONE = "W. Europe Standard Time"
# fmt: off
GROUPS = rows_of(
    "GroupId GroupName WindowsSid",
    (544, "Administrators", "S-1-5-32-544"),
    (545, "Users", "S-1-5-32-545"),
    (546, "Guests", "S-1-5-32-546"),
    (555, "Remote Desktop Users", "S-1-5-32-555"),
)
ACCOUNTS = (
    (500, "Administrator", "Built-in account for administering the computer/domain"),
    (501, "Guest", "Built-in account for guest access to the computer/domain"),
    (503, "DefaultAccount", "A user account managed by the system."),
)
SERVICES = rows_of(
    "ServiceName DisplayName ServiceType State StartMode ProcessId ExitCode Path "
    "WindowsUserAccount",
    ("IntuneManagementExtension", "Microsoft Intune Management Extension", "OWN_PROCESS",
     "RUNNING", "AUTO_START", 4120, 0,
     "C:\\Program Files (x86)\\Microsoft Intune Management Extension\\AgentExecutor.exe",
     "LocalSystem"),
    ("mpssvc", "Windows Defender Firewall", "SHARE_PROCESS", "RUNNING", "AUTO_START", 2208, 0,
     f"{SYSTEM32}\\svchost.exe -k LocalServiceNoNetworkFirewall -p", "NT Authority\\LocalService"),
    ("wuauserv", "Windows Update", "SHARE_PROCESS", "STOPPED", "DEMAND_START", 0, 1077,
     f"{SYSTEM32}\\svchost.exe -k netsvcs -p", "LocalSystem"),
    ("RemoteRegistry", "Remote Registry", "SHARE_PROCESS", "STOPPED", "DISABLED", 0, 1077,
     f"{SYSTEM32}\\svchost.exe -k localService -p", "NT AUTHORITY\\LocalService"),
)
PROCESSES = rows_of(
    "ProcessId ProcessName Path ParentProcessId ThreadCount WindowsUserAccount",
    (4, "System", "", 0, 214, SYSTEM),
    (904, "lsass.exe", f"{SYSTEM32}\\lsass.exe", 760, 11, SYSTEM),
    (2208, "svchost.exe", f"{SYSTEM32}\\svchost.exe", 888, 9, "NT AUTHORITY\\LOCAL SERVICE"),
)
DRIVERS = rows_of(
    "DriverDeviceId FriendlyName Class ProviderName DriverVersion InfName Signed",
    ("ROOT\\ACPI_HAL\\0000", "ACPI x64-based PC", "COMPUTER", "Microsoft", "10.0.26100.1",
     "hal.inf", True),
    ("ROOT\\BASICDISPLAY\\0000", "Microsoft Basic Display Driver", "SYSTEM", "Microsoft",
     "10.0.26100.1", "basicdisplay.inf", True),
)
# fmt: on


def certificate(machine: Machine) -> list[Row]:
    """The certificate of the directory's device object, and a root of the organisation."""
    draw, device = machine.draw("Certificate"), machine.facts["azureADDeviceId"]
    root = "CN=Organisation Root CA"
    return rows_of(
        "SubjectName Issuer CommonName IsCa SelfSigned ValidFromDateTime ValidToDateTime "
        "KeyAlgorithm KeyStrength SerialNumber StoreLocation StoreName",
        (
            f"CN={device}",
            "CN=MS-Organization-Access",
            device,
            False,
            False,
            machine.before(days=200),
            machine.before(days=-3450),
            "RSA",
            2048,
            draw.hex(32),
            "LocalMachine",
            "Personal",
        ),
        (
            root,
            root,
            "Organisation Root CA",
            True,
            True,
            machine.before(days=1500),
            machine.before(days=-5800),
            "RSA",
            4096,
            draw.hex(32),
            "LocalMachine",
            "Trusted Root Certification Authorities",
        ),
    )


def file_info(machine: Machine) -> list[Row]:
    """A few files of the system, and one of the user's own."""
    draw = machine.draw("FileInfo")
    own = f"{invented_name(draw)} {draw.hex(6)}.docx"
    build = ".".join(("10.0", *machine.build))
    named = (
        (f"{SYSTEM32}\\drivers\\etc", "hosts", 824, ""),
        (SYSTEM32, "notepad.exe", 360_448, build),
        (SYSTEM32, "cmd.exe", 323_584, build),
        (f"C:\\Users\\{machine.user}\\Documents", own, draw.between(9_000, 900_000), ""),
    )
    modified = machine.before(hours=draw.between(1, 4000))
    return rows_of(
        "Path Directory FileName SizeBytes LastModifiedDateTime FileVersion",
        *(
            (f"{folder}\\{name}", folder, name, size, modified, v)
            for folder, name, size, v in named
        ),
    )


def local_group(_machine: Machine) -> list[Row]:
    """The groups that every Windows has."""
    return GROUPS


def local_user_account(machine: Machine) -> list[Row]:
    """The built-in accounts, and the one of the device's user."""
    accounts = (*ACCOUNTS, (1001, machine.user, ""))
    return rows_of(
        "UserId Username UserDescription HomeDirectory WindowsSid",
        *(
            (number, name, about, f"C:\\Users\\{name}", f"{machine.sid}-{number}")
            for number, name, about in accounts
        ),
    )


def os_version(machine: Machine) -> list[Row]:
    """The system at this check-in."""
    build, revision = machine.build
    installed = machine.before(days=machine.draw("OsVersion").between(30, 900))
    return rows_of(
        "OsName OsVersion MajorVersion MinorVersion PatchVersion BuildVersion Architecture "
        "InstallDateTime",
        (
            "Microsoft Windows 11 Enterprise",
            machine.facts["osVersion"],
            10,
            0,
            int(revision),
            build,
            cpu(machine)[0]["Architecture"],
            installed,
        ),
    )


def process(machine: Machine) -> list[Row]:
    """Processes of the system, and one for every app on the device."""
    owner = f"AzureAD\\{machine.user}"
    own = rows_of(
        "ProcessId ProcessName Path ParentProcessId ThreadCount WindowsUserAccount",
        *(
            (5000 + 4 * place, f"{app['name']}.exe", app["installLocation"], 904, 20, owner)
            for place, app in enumerate(machine.facts["applications"])
        ),
    )
    return PROCESSES + own


def time(_machine: Machine) -> list[Row]:
    """The time zone, which is the same on all simulated devices."""
    return rows_of("TimeZone", (TIME_ZONE,))


def windows_driver(_machine: Machine) -> list[Row]:
    """Two drivers that every Windows has."""
    return DRIVERS


def windows_qfe(machine: Machine) -> list[Row]:
    """Two updates under invented numbers."""
    draw = machine.draw("WindowsQfe")
    return rows_of(
        "HotFixId ComputerName QfeDescription InstalledByUserAccount InstalledDate",
        *(
            (
                f"KB50{draw.digits(5)}",
                machine.facts["deviceName"],
                kind,
                SYSTEM,
                machine.before(days=draw.between(1, 90)),
            )
            for kind in ("Update", "Security Update")
        ),
    )


def windows_registry(machine: Machine) -> list[Row]:
    """What the registry says of the system and of its enrollment."""
    build, revision = machine.build
    enrollment = (
        f"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Enrollments\\{machine.draw('key').guid()}"
    )
    return rows_of(
        "RegistryKey ValueName ValueType ValueData",
        (CURRENT_VERSION, "ProductName", "REG_SZ", "Windows 10 Enterprise"),
        (CURRENT_VERSION, "CurrentBuild", "REG_SZ", build),
        (CURRENT_VERSION, "UBR", "REG_DWORD", revision),
        (f"{CURRENT_VERSION}\\Winlogon", "DefaultUserName", "REG_SZ", machine.user),
        (enrollment, "ProviderID", "REG_SZ", "MS DM Server"),
    )


def windows_service(_machine: Machine) -> list[Row]:
    """A few of the services that every managed Windows has."""
    return SERVICES
