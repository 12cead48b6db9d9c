"""What operations keep of their parameters, as an administrator may expect; others keep nothing."""

from __future__ import annotations

from collections.abc import Mapping

EVERYTHING = ("*",)
# They put lists in the places of what is below an object.
REPLACING = frozenset(
    {
        "assign",
        "targetApps",
        "scheduleActionsForRules",
        "setScheduledActions",
        "updateRelationships",
        "changeSettings",
    }
)
# They make new objects of their parameters, in the set that they are bound to.
MAKING = frozenset(
    {"importDeviceIdentityList", "import", "createEnrollmentNotificationConfiguration"}
)
# They make a copy of an object with what is below it: where it belongs (by default in the set of
# the object itself).
COPYING: Mapping[str, str] = {
    "createCopy": "",
    "clone": "",
    "createInstance": "deviceManagement/intents",
}
# They end an object.
REMOVING = frozenset({"remove"})
# They write some parameters into the object that they are bound to, or below it.
KEEPING: Mapping[str, tuple[str, ...]] = {
    "updateSettings": ("settings",),
    "updateDefinitionValues": ("added", "updated"),
    "uploadDepToken": ("appleId",),
    "updateDeviceProperties": ("groupTag", "displayName", "deviceFriendlyName"),
    "uploadNewVersion": EVERYTHING,
    "addLanguageFiles": EVERYTHING,
    "updateLanguageFiles": EVERYTHING,
}
