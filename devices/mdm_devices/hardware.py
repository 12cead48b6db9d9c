"""Makers, models and system versions by platform: a table of what people buy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A model on sale. `serials` is a key of SERIAL_NUMBERS; `tac` and `oui` are its maker's."""

    manufacturer: str
    model: str
    serials: str
    tac: str
    oui: str
    gigabytes: tuple[int, ...]


@dataclass(frozen=True)
class System:
    """An operating system, its versions from old to new, the Graph `deviceType` of its devices."""

    name: str
    versions: tuple[str, ...]
    device_type: str
    called: str


PATCHES = ("2026-05-05", "2026-06-05", "2026-07-05", "2026-08-05")

# fmt: off
MODELS: dict[str, tuple[Model, ...]] = {
    "windows": (
        Model("Dell Inc.", "Latitude 7450", "dell", "35978410", "A4BB6D", (256, 512, 1024)),
        Model("Dell Inc.", "Precision 5690", "dell", "35978411", "D0C1B5", (512, 1024)),
        Model("LENOVO", "ThinkPad X1 Carbon Gen 12", "lenovo", "35461009", "F47B09", (512, 1024)),
        Model("HP", "HP EliteBook 840 14 inch G11", "hp", "86507105", "E070EA", (256, 512)),
        Model("Microsoft Corporation", "Surface Laptop 7th Edition", "surface",
              "35220112", "281878", (256, 512)),
    ),
    "macos": (
        Model("Apple", "MacBook Air (M3)", "apple", "35671213", "A483E7", (256, 512)),
        Model("Apple", "MacBook Pro 14-inch (M4)", "apple", "35671214", "F0189B", (512, 1024)),
        Model("Apple", "iMac (27-inch, 2020)", "apple-12", "35671215", "3C22FB", (512, 1024)),
    ),
    "ios": (
        Model("Apple", "iPhone 15", "apple", "35684422", "B8496D", (128, 256)),
        Model("Apple", "iPhone 16 Pro", "apple", "35089680", "84B153", (256, 512)),
        Model("Apple", "iPhone 11", "apple-12", "35395310", "D0D23C", (64, 128)),
    ),
    "ipados": (
        Model("Apple", "iPad Pro 11-inch (M4)", "apple", "35741852", "90ECEA", (256, 512)),
        Model("Apple", "iPad (10th generation)", "apple", "35248911", "5864C4", (64, 256)),
        Model("Apple", "iPad Air (3rd generation)", "apple-12", "35398110", "E0B55F", (64, 256)),
    ),
    "android": (
        Model("samsung", "SM-S921B", "samsung", "35047521", "64E7D8", (128, 256)),
        Model("samsung", "SM-A556B", "samsung", "35412367", "B0E45C", (128, 256)),
        Model("Google", "Pixel 8", "google", "35548612", "D43A2C", (128, 256)),
        Model("Google", "Pixel 9 Pro", "google", "35905441", "0C3526", (256, 512)),
    ),
    "linux": (
        Model("Dell Inc.", "XPS 13 9340", "dell", "35978412", "C8F750", (512, 1024)),
        Model("LENOVO", "ThinkPad T14 Gen 5", "lenovo", "35461010", "E8800B", (256, 512)),
    ),
}

SYSTEMS: dict[str, System] = {
    "windows": System("Windows", ("10.0.22631.5189", "10.0.26100.4061", "10.0.26100.4652",
                                  "10.0.26200.6584"), "desktop", "pc"),
    "macos": System("macOS", ("14.7.6", "15.4.1", "15.5.0", "15.6.1"), "macMDM", "MacBook"),
    "ios": System("iOS", ("17.7.2", "18.4.1", "18.5.0", "18.6.2"), "iPhone", "iPhone"),
    "ipados": System("iPadOS", ("17.7.2", "18.4.1", "18.5.0", "18.6.2"), "iPad", "iPad"),
    "android": System("Android", ("13.0", "14.0", "15.0", "16.0"), "androidEnterprise", "telefoon"),
    "linux": System("Linux", ("22.04.4", "22.04.5", "24.04.1", "24.04.2"), "linux", "laptop"),
}

ANDROID_TYPES = {"corporate": "androidEnterprise", "byod": "androidForWork", "mam": "android"}
# fmt: on


def device_type(platform: str, profile: str) -> str:
    """The Graph `deviceType` member of a device; on Android it tells how the device is managed."""
    return ANDROID_TYPES[profile] if platform == "android" else SYSTEMS[platform].device_type
