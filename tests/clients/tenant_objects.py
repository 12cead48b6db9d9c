"""A tenant with something of everything that IntuneCD backs up, as data: where, what, for whom.

A text `@name`, or `(@name)` in an address, is the id of the object of that name, made before.
"""

from __future__ import annotations

import base64
from typing import Any

Body = dict[str, Any]
DM, DAM = "deviceManagement", "deviceAppManagement"
G = "#microsoft.graph."


def encoded(text: str) -> str:
    """What Graph holds of a script or a profile: its bytes in base64."""
    return base64.b64encode(text.encode()).decode()


PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>PayloadType</key>'
    "<string>Configuration</string><key>PayloadVersion</key><integer>1</integer></dict></plist>"
)
GROUPS = ("Pilot", "Everybody else", "Kiosks")
FILTER = {"deviceAndAppManagementAssignmentFilterId": "@Corporate Windows"}
PILOT = {"target": {"@odata.type": f"{G}groupAssignmentTarget", "groupId": "@Pilot"}}
FILTERED = {
    "target": {
        **PILOT["target"], **FILTER, "deviceAndAppManagementAssignmentFilterType": "include",
    }
}  # fmt: skip
NOT_KIOSKS = {"target": {"@odata.type": f"{G}exclusionGroupAssignmentTarget", "groupId": "@Kiosks"}}
DEVICES = {"target": {"@odata.type": f"{G}allDevicesAssignmentTarget"}}
USERS = {"target": {"@odata.type": f"{G}allLicensedUsersAssignmentTarget"}}
SCHEDULE = {"@odata.type": f"{G}deviceHealthScriptDailySchedule", "interval": 1, "time": "11:30:00"}
BLOCK = [
    {
        "ruleName": "PasswordRequired",
        "scheduledActionConfigurations": [
            {"actionType": "block", "gracePeriodHours": 12, "notificationTemplateId": "",
             "notificationMessageCCList": []},
            {"actionType": "notification", "gracePeriodHours": 24,
             "notificationTemplateId": "@Please comply", "notificationMessageCCList": []},
        ],
    }
]  # fmt: skip

CAMERA = {"@odata.type": f"{G}deviceManagementBooleanSettingInstance", "definitionId": "camera"}


def choice(setting: str, option: str) -> Body:
    """A choice of a settings catalog policy, with nothing below it."""
    return {
        "settingInstance": {
            "@odata.type": f"{G}deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": setting,
            "choiceSettingValue": {
                "@odata.type": f"{G}deviceManagementConfigurationChoiceSettingValue",
                "value": f"{setting}_{option}",
                "children": [],
            },
        }
    }


def simple(setting: str, value: str) -> Body:
    """A text of a settings catalog policy."""
    return {
        "@odata.type": f"{G}deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": setting,
        "simpleSettingValue": {
            "@odata.type": f"{G}deviceManagementConfigurationStringSettingValue",
            "value": value,
        },
    }


def named(name: str, kind: str = "", **more: Any) -> Body:
    """An object with a displayName, and of a type where the collection has several."""
    return {**({"@odata.type": f"{G}{kind}"} if kind else {}), "displayName": name, **more}


# Where an object is made, and what: those that others refer to come first. What is in the way of
# `{}` is below the object made last before it.
# fmt: off
OBJECTS: tuple[tuple[str, Body], ...] = (
    (f"{DM}/assignmentFilters", named("Corporate Windows", platform="windows10AndLater",
        rule='(device.deviceOwnership -eq "Corporate")')),
    (f"{DM}/roleScopeTags", named("Amsterdam", description="The office")),
    (f"{DM}/deviceCategories", named("Lab", description="Not for work")),
    (f"{DM}/notificationMessageTemplates", named("Please comply", description="For everybody",
        brandingOptions="includeCompanyLogo,includeCompanyName", roleScopeTagIds=["0"])),
    (f"{DM}/notificationMessageTemplates/{{}}/localizedNotificationMessages", {"locale": "en-us",
        "subject": "Your device", "messageTemplate": "Please comply.", "isDefault": True}),
    (f"{DM}/notificationMessageTemplates/{{}}/localizedNotificationMessages", {"locale": "nl-nl",
        "subject": "Je apparaat", "messageTemplate": "Graag bijwerken.", "isDefault": False}),
    # device configurations
    (f"{DM}/deviceConfigurations", named("iOS restrictions", "iosGeneralDeviceConfiguration",
        cameraBlocked=True, passcodeMinimumLength=6, roleScopeTagIds=["0", "@Amsterdam"])),
    (f"{DM}/deviceConfigurations", named("Windows restrictions", "windows10GeneralConfiguration",
        passwordMinimumLength=8, defenderScanType="quick", edgeBlocked=False)),
    (f"{DM}/deviceConfigurations", named("OMA-URI", "windows10CustomConfiguration", omaSettings=[
        {"@odata.type": f"{G}omaSettingString", "displayName": "Text", "description": "One",
         "omaUri": "./Device/Vendor/MSFT/Policy/Config/A/B", "value": "<enabled/>"},
        {"@odata.type": f"{G}omaSettingInteger", "displayName": "Number", "description": "Two",
         "omaUri": "./Device/Vendor/MSFT/Policy/Config/A/C", "value": 7},
    ])),
    (f"{DM}/deviceConfigurations", named("Mac profile", "macOSCustomConfiguration",
        payloadName="Mac", payloadFileName="mac.mobileconfig", payload=encoded(PROFILE),
        deploymentChannel="deviceChannel")),
    (f"{DM}/deviceConfigurations", named("Update ring", "windowsUpdateForBusinessConfiguration",
        qualityUpdatesDeferralPeriodInDays=7, featureUpdatesDeferralPeriodInDays=30)),
    (f"{DM}/deviceConfigurations", named("Android", "androidDeviceOwnerGeneralDeviceConfiguration",
        cameraBlocked=True, passwordMinimumLength=6)),
    # compliance
    (f"{DM}/deviceComplianceScripts", named("Is it patched", publisher="Admin",
        description="Looks", runAsAccount="system", detectionScriptContent=encoded("exit 0"))),
    (f"{DM}/deviceCompliancePolicies", named("Windows compliance", "windows10CompliancePolicy",
        passwordRequired=True, osMinimumVersion="10.0.19045", scheduledActionsForRule=BLOCK,
        deviceCompliancePolicyScript={"deviceComplianceScriptId": "@Is it patched",
                                      "rulesContent": encoded("{}")})),
    (f"{DM}/deviceCompliancePolicies", named("iOS compliance", "iosCompliancePolicy",
        passcodeRequired=True, scheduledActionsForRule=BLOCK)),
    (f"{DM}/reusablePolicySettings", named("Linux look", description="Discovery",
        settingDefinitionId="linux_customcompliance_discoveryscript_reusablesetting",
        settingInstance=simple("linux_customcompliance_discoveryscript_reusablesetting",
                               encoded("#!/bin/sh\necho {}\n")))),
    (f"{DM}/compliancePolicies", {"name": "Linux compliance", "description": "Linux",
        "platforms": "linux", "technologies": "linuxMdm", "roleScopeTagIds": ["0"],
        "settings": [choice("linux_deviceencryption_required", "true"), {"settingInstance":
            simple("linux_customcompliance_discoveryscript", "@Linux look")}],
        "scheduledActionsForRule": BLOCK}),
    # the settings catalog, administrative templates, baselines
    (f"{DM}/configurationPolicies", {"name": "Firewall", "description": "On", "platforms":
        "windows10", "technologies": "mdm", "roleScopeTagIds": ["0", "@Amsterdam"], "settings": [
            choice("vendor_msft_firewall_mdmstore_domainprofile_enablefirewall", "true"),
            choice("vendor_msft_firewall_mdmstore_privateprofile_enablefirewall", "true")]}),
    (f"{DM}/configurationPolicies", {"name": "Mac updates", "platforms": "macOS", "technologies":
        "mdm,appleRemoteManagement", "settings": [choice("ddm-latestsoftwareupdate", "0")]}),
    (f"{DM}/groupPolicyDefinitions", {"id": "gpd-1", "classType": "machine", "policyType":
        "admxBacked", "displayName": "Home page", "categoryPath": "\\Edge", "version": "1.0"}),
    (f"{DM}/groupPolicyDefinitions/{{}}/presentations", {"id": "gpp-1", "@odata.type":
        f"{G}groupPolicyPresentationTextBox", "label": "Address", "required": False}),
    (f"{DM}/groupPolicyConfigurations", named("Edge", description="The browser",
        policyConfigurationIngestionType="builtIn", roleScopeTagIds=["0"])),
    (f"{DM}/groupPolicyConfigurations/{{}}/definitionValues", {"enabled": True,
        "definition@odata.bind":
            "https://graph.microsoft.com/beta/deviceManagement/groupPolicyDefinitions('gpd-1')",
        "presentationValues": [{"@odata.type": f"{G}groupPolicyPresentationValueText",
            "value": "https://mdmsim.example", "presentation@odata.bind": (
                "https://graph.microsoft.com/beta/deviceManagement/"
                "groupPolicyDefinitions('gpd-1')/presentations('gpp-1')")}]}),
    # scripts
    (f"{DM}/deviceManagementScripts", named("PowerShell", description="Says something",
        fileName="say.ps1", runAsAccount="system", enforceSignatureCheck=False,
        scriptContent=encoded("Write-Output 'hello'"))),
    (f"{DM}/deviceShellScripts", named("Shell", description="Says something", fileName="say.sh",
        runAsAccount="user", retryCount=3, executionFrequency="PT0S",
        scriptContent=encoded("echo hello"))),
    (f"{DM}/deviceCustomAttributeShellScripts", named("Attribute", description="Asks",
        fileName="ask.sh", runAsAccount="system", customAttributeName="Model",
        customAttributeType="string", scriptContent=encoded("sysctl -n hw.model"))),
    (f"{DM}/deviceHealthScripts", named("Remediate", description="Mends", publisher="Admin",
        runAsAccount="system", detectionScriptContent=encoded("exit 1"),
        remediationScriptContent=encoded("exit 0"))),
    # enrolment
    (f"{DM}/deviceEnrollmentConfigurations", named("Five devices",
        "deviceEnrollmentLimitConfiguration", limit=5)),
    (f"{DM}/deviceEnrollmentConfigurations", named("No old phones",
        "deviceEnrollmentPlatformRestrictionConfiguration", platformType="ios",
        platformRestriction={"osMinimumVersion": "16", "personalDeviceEnrollmentBlocked": True})),
    (f"{DM}/windowsAutopilotDeploymentProfiles", named("Autopilot",
        "azureADWindowsAutopilotDeploymentProfile", locale="en-US", deviceNameTemplate="W-%SERIAL%",
        deviceType="windowsPc", managementServiceAppId="",
        outOfBoxExperienceSetting={"eulaHidden": True,
            "deviceUsageType": "singleUser", "userType": "standard"})),
    (f"{DM}/windowsFeatureUpdateProfiles", named("Feature", featureUpdateVersion="Windows 11, "
        "version 24H2", roleScopeTagIds=["0"])),
    (f"{DM}/windowsQualityUpdateProfiles", named("Quality", expeditedUpdateSettings={
        "qualityUpdateRelease": "2026-01-13T00:00:00Z", "daysUntilForcedReboot": 2})),
    (f"{DM}/windowsDriverUpdateProfiles", named("Drivers", approvalType="manual",
        deploymentDeferralInDays=0)),
    # apps
    (f"{DAM}/mobileApps", named("Notes", "iosStoreApp", publisher="Example", bundleId="example.n",
        appStoreUrl="https://apps.example/1", applicableDeviceType={"iPad": True,
            "iPhoneAndIPod": True}, minimumSupportedOperatingSystem={"v16_0": True})),
    (f"{DAM}/mobileApps", named("Intranet", "webApp", publisher="Example",
        appUrl="https://intranet.example", useManagedBrowser=True)),
    (f"{DAM}/mobileApps", named("Tool", "win32LobApp", publisher="Example", fileName="t.intunewin",
        installCommandLine="t.exe /s", uninstallCommandLine="t.exe /u", setupFilePath="t.exe",
        displayVersion="1.2", applicableArchitectures="x64", detectionRules=[
            {"@odata.type": f"{G}win32LobAppPowerShellScriptDetection",
             "scriptContent": encoded("exit 0")}])),
    (f"{DAM}/mobileAppConfigurations", named("Notes settings", "iosMobileAppConfiguration",
        targetedMobileApps=["@Notes"], settings=[{"appConfigKey": "server", "appConfigKeyType":
            "stringType", "appConfigKeyValue": "notes.example"}])),
    (f"{DAM}/iosManagedAppProtections", named("iOS protection", pinRequired=True,
        minimumPinLength=5, periodOfflineBeforeWipeIsEnforced="P90D", dataBackupBlocked=True)),
    (f"{DAM}/androidManagedAppProtections", named("Android protection", pinRequired=True,
        screenCaptureBlocked=True, periodOnlineBeforeAccessCheck="PT30M")),
    (f"{DM}/deviceEnrollmentConfigurations", named("Status page",
        "windows10EnrollmentCompletionPageConfiguration", showInstallationProgress=True,
        selectedMobileAppIds=["@Tool"])),
    (f"{DM}/depOnboardingSettings", {"tokenName": "Apple", "appleIdentifier":
        "dep@mdmsim.example", "tokenType": "dep"}),
    (f"{DM}/depOnboardingSettings/{{}}/enrollmentProfiles", named(
        "Macs", "depMacOSEnrollmentProfile",
        supportDepartment="IT", isMandatory=True, requiresUserAuthentication=True)),
    (f"{DAM}/vppTokens", {"displayName": "Volume", "organizationName": "Example",
        "vppTokenAccountType": "business", "countryOrRegion": "nl"}),
    # baselines
    (f"{DM}/templates", {"id": "baseline-1", "displayName": "Baseline",
        "templateType": "securityBaseline", "@odata.type": f"{G}deviceManagementTemplate"}),
    (f"{DM}/templates/{{}}/categories", {"id": "category-1", "displayName": "Category",
        "recommendedSettings": [{**CAMERA, "value": False}]}),
    (f"{DM}/templates/baseline-1/createInstance", named("Intent", description="Of a baseline",
        settingsDelta=[{**CAMERA, "value": True}], roleScopeTagIds=["0"])),
    # administration
    (f"{DM}/complianceManagementPartners", named("Partner", partnerState="enabled")),
    (f"{DM}/remoteAssistancePartners", named("Assistance", onboardingStatus="onboarded")),
    (f"{DM}/deviceManagementPartners", named("Management", partnerState="enabled",
        partnerAppType="singleTenantApp",
        singleTenantAppId="00000000-0000-0000-0000-00000000000a")),
    (f"{DM}/roleDefinitions", named("Readers", "roleDefinition", description="Look only",
        rolePermissions=[{"resourceActions": [{"allowedResourceActions":
            ["Microsoft.Intune_DeviceConfigurations_Read"], "notAllowedResourceActions": []}]}])),
    (f"{DM}/roleAssignments", named("Pilots read", "deviceAndAppManagementRoleAssignment",
        members=["@Pilot"], resourceScopes=["@Pilot"], scopeType="resourceScope",
        **{"roleDefinition@odata.bind":
            "https://graph.microsoft.com/beta/deviceManagement/roleDefinitions(@Readers)"})),
    ("identity/conditionalAccess/policies", named("Compliant devices only", state="disabled",
        conditions={"users": {"includeUsers": ["All"]}, "applications": {"includeApplications":
            ["All"]}, "clientAppTypes": ["all"]}, grantControls={"operator": "OR",
            "builtInControls": ["compliantDevice"]})),
)
# Whom an object is assigned to: the action, the name of its list, the assignments.
ASSIGNED: dict[str, tuple[str, str, list[Body]]] = {
    "iOS restrictions": ("assign", "assignments", [PILOT, NOT_KIOSKS]),
    "Windows restrictions": ("assign", "assignments", [FILTERED, USERS]),
    "Windows compliance": ("assign", "assignments", [FILTERED]),
    "Linux compliance": ("assign", "assignments", [DEVICES]),
    "Firewall": ("assign", "assignments", [FILTERED, NOT_KIOSKS]),
    "Edge": ("assign", "assignments", [PILOT]),
    "PowerShell": ("assign", "deviceManagementScriptAssignments", [PILOT]),
    "Attribute": ("assign", "deviceManagementScriptAssignments", [PILOT]),
    "Remediate": ("assign", "deviceHealthScriptAssignments",
                  [{**PILOT, "runRemediationScript": True, "runSchedule": SCHEDULE}]),
    "Five devices": ("assign", "enrollmentConfigurationAssignments", [PILOT]),
    "Status page": ("assign", "enrollmentConfigurationAssignments", [PILOT]),
    "Autopilot": ("assignments", "", [PILOT]),
    "Feature": ("assign", "assignments", [PILOT]),
    "Drivers": ("assign", "assignments", [PILOT]),
    "Notes": ("assign", "mobileAppAssignments", [{**PILOT, "intent": "required"}]),
    "Tool": ("assign", "mobileAppAssignments", [{**PILOT, "intent": "available"}]),
    "Notes settings": ("assign", "assignments", [PILOT]),
    "iOS protection": ("assign", "assignments", [PILOT]),
    "Amsterdam": ("assign", "assignments", [PILOT]),
}
# What there is one of.
SINGLE: dict[str, Body] = {
    f"{DM}/applePushNotificationCertificate": {"appleIdentifier": "push@mdmsim.example"},
    f"{DM}/androidManagedStoreAccountEnterpriseSettings": {"bindStatus": "boundAndValidated",
        "ownerUserPrincipalName": "play@mdmsim.example", "ownerOrganizationName": "Example"},
}
# fmt: on
