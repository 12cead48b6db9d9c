"""The endpoints of Graph that tools use most, and what they use of each, as tables."""

from __future__ import annotations

from typing import Any

DM, DAM = "deviceManagement", "deviceAppManagement"
BLOCK = {"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block"}]}
CORPORATE = "deviceEnrollmentManager"
Item = dict[str, Any]

# fmt: off
# Lists: version, path, the property that tells objects apart, what is expanded.
LISTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("beta", f"{DAM}/mobileApps",                        "displayName", ("assignments", "categories")),
    ("beta", f"{DM}/configurationPolicies",              "name",        ("settings", "assignments")),
    ("v1.0", f"{DM}/deviceConfigurations",               "displayName", ("assignments", "deviceStatusOverview")),
    ("beta", f"{DM}/deviceConfigurations",               "displayName", ("assignments", "groupAssignments")),
    ("beta", f"{DM}/deviceManagementScripts",            "displayName", ("assignments",)),
    ("v1.0", f"{DM}/deviceCompliancePolicies",           "displayName", ("assignments", "scheduledActionsForRule")),
    ("beta", f"{DM}/assignmentFilters",                  "displayName", ()),
    ("beta", f"{DM}/groupPolicyConfigurations",          "displayName", ("assignments", "definitionValues")),
    ("beta", f"{DM}/deviceHealthScripts",                "displayName", ("assignments",)),
    ("beta", f"{DM}/deviceEnrollmentConfigurations",     "displayName", ("assignments",)),
    ("beta", f"{DM}/depOnboardingSettings",              "appleIdentifier", ("enrollmentProfiles",)),
    ("beta", f"{DAM}/mobileAppConfigurations",           "displayName", ("assignments",)),
    ("beta", f"{DM}/windowsAutopilotDeploymentProfiles", "displayName", ("assignments",)),
    ("beta", f"{DM}/deviceShellScripts",                 "displayName", ("assignments",)),
    ("v1.0", f"{DAM}/managedAppPolicies",                "displayName", ()),
    ("v1.0", f"{DM}/roleDefinitions",                    "displayName", ("roleAssignments",)),
    ("beta", f"{DM}/roleScopeTags",                      "displayName", ("assignments",)),
    ("beta", f"{DM}/intents",                            "displayName", ("assignments", "settings")),
    ("beta", f"{DM}/windowsQualityUpdateProfiles",       "displayName", ("assignments",)),
    ("beta", f"{DM}/windowsFeatureUpdateProfiles",       "displayName", ("assignments",)),
    ("beta", f"{DM}/windowsDriverUpdateProfiles",        "displayName", ("assignments",)),
    ("v1.0", f"{DAM}/androidManagedAppProtections",      "displayName", ("apps", "assignments")),
    ("v1.0", f"{DAM}/iosManagedAppProtections",          "displayName", ("apps", "assignments")),
    ("v1.0", f"{DAM}/vppTokens",                         "organizationName", ()),
    ("beta", f"{DM}/groupPolicyDefinitions",             "displayName", ("presentations",)),
    ("beta", f"{DM}/templates",                          "displayName", ("settings",)),
    ("v1.0", f"{DM}/roleAssignments",                    "displayName", ()),
    ("v1.0", "groups",                                   "displayName", ()),
    ("v1.0", "users",                                    "displayName", ()),
    ("v1.0", "devices",                                  "displayName", ()),
    ("v1.0", f"{DM}/managedDevices",                     "deviceName",  ()),
    ("v1.0", "organization",                             "displayName", ()),
)
# Objects: version, set, the verbs that tools use beside GET, what they change.
OBJECTS: tuple[tuple[str, str, str, str], ...] = (
    ("beta", f"{DAM}/mobileApps",                        "PATCH DELETE", "notes"),
    ("v1.0", f"{DM}/deviceConfigurations",               "PATCH DELETE", "description"),
    ("v1.0", f"{DM}/deviceCompliancePolicies",           "PATCH DELETE", "description"),
    ("v1.0", f"{DAM}/androidManagedAppProtections",      "PATCH DELETE", "description"),
    ("v1.0", f"{DAM}/iosManagedAppProtections",          "PATCH DELETE", "description"),
    ("beta", f"{DM}/configurationPolicies",              "PATCH DELETE", "description"),
    ("beta", f"{DM}/deviceEnrollmentConfigurations",     "PATCH DELETE", "description"),
    ("beta", f"{DM}/deviceManagementScripts",            "PATCH DELETE", "description"),
    ("v1.0", f"{DM}/roleDefinitions",                    "PATCH DELETE", "description"),
    ("v1.0", f"{DM}/roleAssignments",                    "PATCH DELETE", "description"),
    ("beta", f"{DM}/groupPolicyDefinitions",             "",             ""),
    ("v1.0", "groups",                                   "PATCH DELETE", "description"),
    ("v1.0", "users",                                    "PATCH DELETE", "displayName"),
    ("v1.0", f"{DM}/managedDevices",                     "PATCH DELETE", "managedDeviceName"),
)
# Assigning: version, set, the body's key, what the assignment has beside its target.
ASSIGNED: tuple[tuple[str, str, str, Item], ...] = (
    ("beta", f"{DM}/configurationPolicies",              "assignments", {}),
    ("v1.0", f"{DM}/deviceConfigurations",               "assignments", {}),
    ("v1.0", f"{DM}/deviceCompliancePolicies",           "assignments", {}),
    ("v1.0", f"{DAM}/mobileApps",                        "mobileAppAssignments", {"intent": "required"}),
    ("beta", f"{DM}/deviceManagementScripts",            "deviceManagementScriptAssignments", {}),
    ("beta", f"{DM}/deviceHealthScripts",                "deviceHealthScriptAssignments", {"runRemediationScript": True}),
    ("beta", f"{DM}/deviceEnrollmentConfigurations",     "enrollmentConfigurationAssignments", {}),
    ("beta", f"{DM}/groupPolicyConfigurations",          "assignments", {}),
    ("beta", f"{DM}/windowsFeatureUpdateProfiles",       "assignments", {}),
    ("v1.0", f"{DAM}/iosManagedAppProtections",          "assignments", {}),
)
# What is made by the tenant itself, or by devices.
MADE_ELSEWHERE = {"users", "groups", "devices", "organization", f"{DM}/managedDevices"}
# fmt: on
