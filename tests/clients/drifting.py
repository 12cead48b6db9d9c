"""What happens to a tenant between two backups, as data, and its happening."""

from __future__ import annotations

from clients.seeding import Graph
from clients.tenant_objects import (
    ASSIGNED,
    CAMERA,
    DAM,
    DM,
    PROFILE,
    Body,
    G,
    choice,
    encoded,
    named,
)

# fmt: off
# What changes later, by name.
CHANGED: dict[str, Body] = {
    "Corporate Windows": {"rule": '(device.deviceOwnership -eq "Personal")'},
    "Amsterdam": {"description": "Another"},
    "iOS restrictions": {"cameraBlocked": False, "passcodeMinimumLength": 4},
    "OMA-URI": {"omaSettings": [
        {"@odata.type": f"{G}omaSettingString", "displayName": "Text", "description": "One",
         "omaUri": "./Device/Vendor/MSFT/Policy/Config/A/B", "value": "<disabled/>"},
        {"@odata.type": f"{G}omaSettingInteger", "displayName": "Number", "description": "Two",
         "omaUri": "./Device/Vendor/MSFT/Policy/Config/A/C", "value": 8},
    ]},
    "Mac profile": {"payload": encoded(PROFILE.replace("Configuration", "Another"))},
    "iOS compliance": {"passcodeRequired": False},
    "Mac updates": {"description": "Changed"},
    "PowerShell": {"scriptContent": encoded("Write-Output 'changed'")},
    "Remediate": {"remediationScriptContent": encoded("exit 2"), "description": "Changed"},
    "No old phones": {"description": "Changed"},
    "Autopilot": {"description": "Changed", "locale": "nl-NL"},
    "Feature": {"description": "Changed"},
    "iOS protection": {"minimumPinLength": 8, "periodOfflineBeforeWipeIsEnforced": "P30D"},
    "Readers": {"description": "Changed"},
    "Please comply": {"description": "Changed"},
    "Compliant devices only": {"state": "enabled"},
}
CALLED: dict[str, tuple[str, Body]] = {
    "Intent": ("updateSettings", {"settings": [{**CAMERA, "value": False}]}),
}
UNASSIGNED = ("iOS restrictions", "PowerShell", "Feature")
LOST = (
    "Kiosks", "Lab", "Windows restrictions", "Update ring", "Linux look", "Linux compliance",
    "Firewall", "Edge", "Shell", "Attribute", "Five devices", "Quality", "Drivers",
    "Notes settings", "Android protection", "Status page",
)
STRAYS: tuple[tuple[str, Body], ...] = (
    (f"{DM}/deviceConfigurations", named("Stray", "windows10GeneralConfiguration")),
    (f"{DM}/configurationPolicies", {"name": "Stray", "platforms": "windows10",
        "technologies": "mdm", "settings": [choice("stray", "on")]}),
    (f"{DM}/deviceCategories", named("Stray")),
    (f"{DAM}/androidManagedAppProtections", named("Stray")),
)
# fmt: on


def drift(graph: Graph, places: dict[str, str]) -> None:
    """Change the tenant as careless administrators would: changes, losses and strays."""
    for name, change in CHANGED.items():
        shown = graph.ask("GET", places[name])
        kind = {"@odata.type": shown["@odata.type"]} if "@odata.type" in shown else {}
        graph.ask("PATCH", places[name], {**kind, **change})
    for name, (action, body) in CALLED.items():
        graph.ask("POST", f"{places[name]}/{action}", body)
    for name in UNASSIGNED:
        action, key, _ = ASSIGNED[name]
        graph.ask("POST", f"{places[name]}/{action}", {key: []})
    for name in LOST:
        graph.ask("DELETE", places[name])
    for path, body in STRAYS:
        graph.ask("POST", path, body)
