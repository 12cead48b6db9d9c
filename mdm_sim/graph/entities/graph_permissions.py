"""Graph's permissions as the roles of its service principal, with Microsoft's own ids.

Source: Microsoft Graph permissions reference; tools look an id up by its `value`.
"""

from __future__ import annotations

# fmt: off
ROLE_IDS: dict[str, str] = {
    "Agreement.Read.All":                              "2f3e6f8c-093b-4c57-a58b-ba5ce494a169",
    "Agreement.ReadWrite.All":                         "c9090d00-6101-42f0-a729-c41074260d47",
    "Application.Read.All":                            "9a5d68dd-52b0-4cc2-bd40-abcf444ac30f",
    "Application.ReadWrite.All":                       "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "AuditLog.Read.All":                               "b0afded3-3588-46d8-8b3d-9842eff778da",
    "Device.Read.All":                                 "7438b122-aefc-4978-80ed-43db9fcc7715",
    "Device.ReadWrite.All":                            "1138cb37-bd11-4084-a2b7-9f71582aeddb",
    "DeviceManagementApps.Read.All":                   "7a6ee1e7-141e-4cec-ae74-d9db155731ff",
    "DeviceManagementApps.ReadWrite.All":              "78145de6-330d-4800-a6ce-494ff2d33d07",
    "DeviceManagementConfiguration.Read.All":          "dc377aa6-52d8-4e23-b271-2a7ae04cedf3",
    "DeviceManagementConfiguration.ReadWrite.All":     "9241abd9-d0e6-425a-bd4f-47ba86e767a4",
    "DeviceManagementManagedDevices.PrivilegedOperations.All":
                                                       "5b07b0dd-2377-4e44-a38d-703f09a0dc3c",
    "DeviceManagementManagedDevices.Read.All":         "2f51be20-0bb4-4fed-bf7b-db946066c75e",
    "DeviceManagementManagedDevices.ReadWrite.All":    "243333ab-4d21-40cb-a475-36241daa0842",
    "DeviceManagementRBAC.Read.All":                   "58ca0d9a-1575-47e1-a3cb-007ef2e4583b",
    "DeviceManagementRBAC.ReadWrite.All":              "e330c4f0-4170-414e-a55a-2f022ec2b57b",
    "DeviceManagementScripts.Read.All":                "c7a5be92-2b3d-4540-8a67-c96dcaae8b43",
    "DeviceManagementScripts.ReadWrite.All":           "9255e99d-faf5-445e-bbf7-cb71482737c4",
    "DeviceManagementServiceConfig.Read.All":          "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
    "DeviceManagementServiceConfig.ReadWrite.All":     "5ac13192-7ace-4fcf-b828-1a26f28068ee",
    "Directory.Read.All":                              "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.ReadWrite.All":                         "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Domain.Read.All":                                 "dbb9058a-0e50-45d7-ae91-66909b5d4664",
    "Domain.ReadWrite.All":                            "7e05723c-0bb0-42da-be95-ae9f08a6e53c",
    "Group.Read.All":                                  "5b567255-7703-4780-807c-7be8301ae99b",
    "Group.ReadWrite.All":                             "62a82d76-70ea-41e2-9197-370581804d09",
    "GroupMember.Read.All":                            "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "GroupMember.ReadWrite.All":                       "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    "Organization.Read.All":                           "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "Organization.ReadWrite.All":                      "292d869f-3427-49a8-9dab-8c70152b74e9",
    "Policy.Read.All":                                 "246dd0d5-5bd0-4def-940b-0421030a5b68",
    "Policy.ReadWrite.ConditionalAccess":              "01c0a623-fc9b-48e9-b794-0756f8e8f067",
    "User.Read.All":                                   "df021288-bdef-4463-88db-98f22de89214",
    "User.ReadWrite.All":                              "741f803b-c850-494e-b5df-cde7c675a1ca",
}
# fmt: on
ROLES = [
    {
        "allowedMemberTypes": ["Application"],
        "description": name,
        "displayName": name,
        "id": role_id,
        "isEnabled": True,
        "origin": "Application",
        "value": name,
    }
    for name, role_id in ROLE_IDS.items()
]
