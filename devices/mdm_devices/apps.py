"""Apps on a device: work apps that organisations manage, and private ones under invented names."""

from dataclasses import dataclass
from typing import Any

from mdm_devices.draw import Draw

App = dict[str, Any]
SYSTEMS_BY_PLATFORM = {"ios": "apple", "ipados": "apple", "macos": "apple"}


@dataclass(frozen=True)
class WorkApp:
    """An app that organisations manage, and its id on each system."""

    name: str
    apple: str
    android: str
    windows: str
    linux: str

    def id_on(self, platform: str) -> str:
        """The app's id on the platform."""
        return str(getattr(self, SYSTEMS_BY_PLATFORM.get(platform, platform)))


# fmt: off
WORK_APPS = (
    WorkApp("Microsoft Outlook", "com.microsoft.Office.Outlook", "com.microsoft.office.outlook",
            "Microsoft.OutlookForWindows_8wekyb3d8bbwe", "outlook-for-linux"),
    WorkApp("Microsoft Edge", "com.microsoft.msedge", "com.microsoft.emmx",
            "com.microsoft.edge", "microsoft-edge-stable"),
    WorkApp("Microsoft Teams", "com.microsoft.skype.teams", "com.microsoft.teams",
            "MSTeams_8wekyb3d8bbwe", "teams-for-linux"),
    WorkApp("Microsoft OneDrive", "com.microsoft.skydrive", "com.microsoft.skydrive",
            "Microsoft.OneDrive", "onedrive"),
    WorkApp("Microsoft Word", "com.microsoft.Office.Word", "com.microsoft.office.word",
            "Microsoft.Office.Word", "word-for-linux"),
    WorkApp("Company Portal", "com.microsoft.CompanyPortal",
            "com.microsoft.windowsintune.companyportal",
            "Microsoft.CompanyPortal_8wekyb3d8bbwe", "intune-portal"),
)
STARTS = (
    "Zor", "Qua", "Vim", "Dre", "Plu", "Kre", "Sno", "Bla", "Tri", "Gwy",
    "Fjo", "Hux", "Yol", "Mra", "Nuz", "Oxi", "Wex", "Jub", "Ska", "Pho",
)
MIDDLES = (
    "bli", "ndu", "zzo", "mpe", "rva", "sti", "lgo", "xxi", "fty", "kno",
    "wru", "dda", "phu", "tsi", "que", "jji", "mbo", "vvy", "cra", "sle",
)
ENDS = (
    "ly", "rix", "dle", "mmo", "zap", "noo", "tik", "vex", "bum", "gle",
    "pik", "sox", "wit", "fen", "lur", "dax", "roo", "hob", "zim", "quo",
)
KINDS = ("Dagboek", "Dating", "Diary", "Gezondheid", "Casino", "Cycle", "Prayer", "Vakbond")
BUNDLES = "/private/var/containers/Bundle/Application/{id}"
PLACES = {
    "windows": r"C:\Program Files\WindowsApps\{id}", "macos": "/Applications/{id}.app",
    "ios": BUNDLES, "ipados": BUNDLES, "android": "/data/app/~~{id}/base.apk", "linux": "/opt/{id}",
}
# fmt: on
MAM_APPS = {"ios": 0, "ipados": 0, "android": 0, "windows": 1}
IDENTIFIERS = {"ios": "bundleId", "ipados": "bundleId", "android": "packageId"}


def invented_name(draw: Draw) -> str:
    """A word of three syllables that means nothing, such as `Zorvimly`."""
    return draw.pick(STARTS) + draw.pick(MIDDLES) + draw.pick(ENDS)


def managed_app(platform: str) -> WorkApp:
    """The app that registers for app protection on the platform."""
    return WORK_APPS[MAM_APPS[platform]]


def app_identifier(platform: str) -> dict[str, str]:
    """The `appIdentifier` of the registering app: a bundle, a package or a Windows app id."""
    return {IDENTIFIERS.get(platform, "windowsAppId"): managed_app(platform).id_on(platform)}


def applications(draw: Draw, platform: str) -> list[App]:
    """The inventory: the registering app and more work apps first, then private apps."""
    first, *others = WORK_APPS
    chosen = [first, WORK_APPS[1], *draw.random.sample(others[1:], draw.between(1, 3))]
    work = [_work_app(draw, platform, app) for app in chosen]
    return work + [_private_app(draw, platform) for _ in range(draw.between(4, 7))]


def _work_app(draw: Draw, platform: str, app: WorkApp) -> App:
    version = f"{draw.between(4, 16)}.{draw.between(2400, 2535)}.{draw.between(10_000, 99_999)}"
    return _app(draw, platform, app.id_on(platform), app.name, version)


def _private_app(draw: Draw, platform: str) -> App:
    maker, name, mark = invented_name(draw), invented_name(draw), draw.hex(6)
    identifier = f"app.{maker}.{name}{mark}".lower()
    version = f"{draw.between(1, 9)}.{draw.between(10, 99)}.{draw.between(10_000, 99_999)}"
    return _app(draw, platform, identifier, f"{name} {draw.pick(KINDS)} {mark}", version)


def _app(draw: Draw, platform: str, identifier: str, name: str, version: str) -> App:
    return {
        "id": identifier,
        "name": name,
        "version": version,
        "installLocation": PLACES[platform].format(id=identifier),
        "sizeInBytes": draw.between(4_000_000, 900_000_000),
    }
