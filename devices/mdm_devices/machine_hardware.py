"""The tables of a device query that tell of hardware.

Tables and columns are those of Microsoft's page "Intune data platform schema", many left out; how
a value is spelled is made up where the page does not say.
"""

from mdm_devices.machine import Machine, Row, rows_of

GIBIBYTE = 2**30
# fmt: off
CPU = "Model Manufacturer Architecture CoreCount LogicalProcessorCount MaxClockSpeed"
INTEL = rows_of(
    CPU,
    ("Intel(R) Core(TM) Ultra 5 135U", "GenuineIntel", "x64", 12, 14, 1600),
    ("Intel(R) Core(TM) Ultra 7 165H", "GenuineIntel", "x64", 16, 22, 1400),
)
QUALCOMM = rows_of(
    CPU, ("Snapdragon(R) X Elite - X1E80100", "Qualcomm Technologies Inc", "ARM64", 12, 12, 3417)
)
# fmt: on


def bios_info(machine: Machine) -> list[Row]:
    """One row: the firmware and the serial number."""
    draw, facts = machine.draw("BiosInfo"), machine.facts
    return rows_of(
        "Manufacturer ReleaseDateTime SerialNumber SmBiosVersion",
        (
            facts["manufacturer"],
            machine.before(days=draw.between(60, 500)),
            facts["serialNumber"],
            f"1.{draw.between(2, 30)}.{draw.between(0, 3)}",
        ),
    )


def cpu(machine: Machine) -> list[Row]:
    """One processor: Surface laptops have an ARM one."""
    models = QUALCOMM if machine.facts["manufacturer"].startswith("Microsoft") else INTEL
    rest = {"ProcessorId": "CPU0", "ProcessorType": "Central", "CpuStatus": "OK"}
    return [rest | {"AddressWidth": 64} | machine.draw("Cpu").pick(models)]


def disk_drive(machine: Machine) -> list[Row]:
    """One disk, of the size that the device reports."""
    return rows_of(
        "DriveId DriveIndex InterfaceType PartitionCount SizeBytes Model SerialNumber",
        (
            "\\\\.\\PHYSICALDRIVE0",
            0,
            "SCSI",
            3,
            machine.facts["totalStorageSpaceInBytes"],
            "NVMe SSD",
            machine.draw("DiskDrive").hex(16).upper(),
        ),
    )


def encryptable_volume(machine: Machine) -> list[Row]:
    """The system volume, encrypted when the device says that it is."""
    volume, is_on = machine.draw("EncryptableVolume").guid(), machine.facts["isEncrypted"]
    return rows_of(
        "VolumeId WindowsDriveLetter PersistentVolumeId ProtectionStatus EncryptionMethod "
        "EncryptionPercentage Locked",
        (
            f"\\\\?\\Volume{{{volume}}}\\",
            "C:",
            f"{{{volume}}}",
            "PROTECTED" if is_on else "UNPROTECTED",
            "XTS_AES_256" if is_on else "NONE",
            100 if is_on else 0,
            False,
        ),
    )


def logical_drive(machine: Machine) -> list[Row]:
    """The system's drive, with the space that the device reports."""
    facts = machine.facts
    size, free = facts["totalStorageSpaceInBytes"], facts["freeStorageSpaceInBytes"]
    return rows_of(
        "DriveIdentifier DriveType DiskDescription FreeSpaceBytes DiskSizeBytes FileSystem",
        ("C:", "Local Disk", "Local Fixed Disk", free, size, "NTFS"),
    )


def memory_info(machine: Machine) -> list[Row]:
    """Memory: free is less than there is."""
    draw = machine.draw("MemoryInfo")
    total = draw.pick((8, 16, 32)) * GIBIBYTE
    return rows_of(
        "PhysicalMemoryTotalBytes PhysicalMemoryFreeBytes "
        "VirtualMemoryTotalBytes VirtualMemoryFreeBytes",
        (total, draw.between(1, total), total * 5 // 4, draw.between(1, total)),
    )


def system_enclosure(machine: Machine) -> list[Row]:
    """The chassis."""
    facts = machine.facts
    return rows_of(
        "SerialNumber Manufacturer Model ChassisTypes SmBiosAssetTag LockEquipped SecurityBreach",
        (
            facts["serialNumber"],
            facts["manufacturer"],
            facts["model"],
            ["Notebook"],
            f"A{machine.draw('SystemEnclosure').digits(6)}",
            False,
            "Unknown",
        ),
    )


def system_info(machine: Machine) -> list[Row]:
    """What the machine is called and who made it."""
    facts = machine.facts
    return rows_of(
        "ComputerName Uuid ProcessorArchitecture HardwareManufacturer HardwareModel",
        (
            facts["deviceName"],
            machine.draw("SystemInfo").guid(),
            cpu(machine)[0]["Architecture"],
            facts["manufacturer"],
            facts["model"],
        ),
    )


def tpm(machine: Machine) -> list[Row]:
    """The trusted platform module, which every machine here has."""
    draw = machine.draw("Tpm")
    return rows_of(
        "Activated Enabled Owned Manufacturer ManufacturerVersion SpecVersion",
        (True, True, True, draw.pick(("INTC", "STM", "IFX")), f"7.{draw.between(2, 85)}", "2.0"),
    )
