"""Each row's place in the fideslang taxonomy 3.1: what it is, what it is for, whose it is.

Keys are those of https://ethyca.github.io/fideslang. They are metadata: they decide nothing, so
they are no part of the catalogue's version. An empty use is that of data which is never processed,
an empty subject that of data about no person.
"""

from __future__ import annotations

from typing import NamedTuple


class Tag(NamedTuple):
    """A data category, a data use and a data subject of fideslang."""

    category: str
    use: str
    subject: str = "employee"


_OPERATIONS = "essential.service.operations"
_SECURITY = "essential.service.security"
_SIGN_IN = "essential.service.authentication"
_SUPPORT = "essential.service.operations.support"
_IMPROVE = "functional.service.improve"
_DEVICE = Tag("user.device", _OPERATIONS)
_DEVICE_ID = Tag("user.device.device_id", _OPERATIONS)
_SYSTEM = Tag("system.operations", _OPERATIONS, "")
_AUDIT = Tag("system.operations", _SECURITY)
_COUNT = Tag("system.operations", "analytics.reporting.system", "")
_MOMENT = Tag("user.telemetry", _OPERATIONS)
_PRIVATE = Tag("user.content.private", "")

# fmt: off
TAGS: dict[str, Tag] = {
    # access
    "access.certificate_private_keys": Tag("user.authorization.credentials", _SIGN_IN),
    "access.static_authenticators":    Tag("user.authorization.password", _SIGN_IN),
    # admin_account
    "admin_account.it_admin_directory_id": Tag("user.unique_id", _SIGN_IN),
    "admin_account.admin_full_name":    Tag("user.name", _OPERATIONS),
    "admin_account.admin_user_name":    Tag("user.account.username", _SIGN_IN),
    "admin_account.account_owner_email": Tag("user.contact.email", _OPERATIONS, "customer"),
    "admin_account.billing_payment_data": Tag("user.payment", "essential.service.payment_processing", "customer"),
    "admin_account.admin_phone_number": Tag("user.contact.phone_number", _OPERATIONS),
    "admin_account.subscription_key":   Tag("system.authentication", _SIGN_IN, "customer"),
    "admin_account.admin_upn":          Tag("user.contact.email", _SIGN_IN),
    # admin_created
    "admin_created.compliance_policies": _SYSTEM,
    "admin_created.group_policy":        _SYSTEM,
    "admin_created.lob_application":     _SYSTEM,
    "admin_created.powershell_scripts":  _SYSTEM,
    "admin_created.profile_names":       _SYSTEM,
    # admin_usage
    "admin_usage.console_interactions": Tag("user.behavior", _IMPROVE),
    # app_inventory
    "app_inventory.app_id":           Tag("user.device", _SECURITY),
    "app_inventory.app_name":         Tag("user.device", _SECURITY),
    "app_inventory.install_location": Tag("user.device", _SECURITY),
    "app_inventory.size":             Tag("user.device", _SECURITY),
    "app_inventory.version":          Tag("user.device", _SECURITY),
    "app_inventory.note":             Tag("user.device", _SECURITY),
    # audit
    "audit.assign":       _AUDIT,
    "audit.create":       _AUDIT,
    "audit.delete":       _AUDIT,
    "audit.manage":       _AUDIT,
    "audit.remote_tasks": _AUDIT,
    "audit.update":       _AUDIT,
    # third_party_tenant
    "third_party_tenant.ids": Tag("system.operations", _OPERATIONS, "customer"),
    # device
    "device.account_id":                  _SYSTEM,
    "device.apple_id":                    Tag("user.account.username", _OPERATIONS),
    "device.entra_device_id":             _DEVICE_ID,
    "device.intune_device_id":            _DEVICE_ID,
    "device.storage_space":               _DEVICE,
    "device.eas_device_id":               _DEVICE_ID,
    "device.intune_device_management_id": _DEVICE_ID,
    "device.location":                    Tag("user.location.precise", _SECURITY),
    "device.mac_address_mac":             _DEVICE_ID,
    "device.network_information":         _DEVICE,
    "device.platform_specific_ids":       _DEVICE_ID,
    "device.tenant_id":                   _SYSTEM,
    "device.windows_id":                  _DEVICE_ID,
    # hardware
    "hardware.device_name":       _DEVICE,
    "hardware.device_type":       _DEVICE,
    "hardware.iccid":             _DEVICE_ID,
    "hardware.imei":              _DEVICE_ID,
    "hardware.ip_address":        Tag("user.device.ip_address", _OPERATIONS),
    "hardware.manufacturer":      _DEVICE,
    "hardware.model":             _DEVICE,
    "hardware.operating_system":  _DEVICE,
    "hardware.operating_system_version": _DEVICE,
    "hardware.serial_number":     _DEVICE_ID,
    "hardware.wifi_mac_address":  _DEVICE_ID,
    # managed_app
    "managed_app.entra_device_id":          _DEVICE_ID,
    "managed_app.device_enrollment_status": _DEVICE,
    "managed_app.device_health_status":     Tag("user.device", _SECURITY),
    "managed_app.device_health_status.threat_state": Tag("user.device", _SECURITY),
    "managed_app.encryption_keys":          Tag("user.authorization.credentials", _SECURITY),
    "managed_app.intune_device_management_id": _DEVICE_ID,
    "managed_app.last_app_checkin":         _MOMENT,
    "managed_app.device_tag":               Tag("user.unique_id.pseudonymous", _OPERATIONS),
    "managed_app.app_id":                   _DEVICE,
    "managed_app.sdk_version":              _DEVICE,
    "managed_app.app_version":              _DEVICE,
    "managed_app.mam_enrollment_datetime":  _MOMENT,
    "managed_app.mam_enrollment_status":    _DEVICE,
    # support
    "support.contact_information": Tag("user.contact", _SUPPORT),
    "support.email_discussions":   Tag("user.content.private", _SUPPORT),
    # tenant_account
    "tenant_account.installed_device_count":      _COUNT,
    "tenant_account.enrolled_devices_or_users":   _COUNT,
    "tenant_account.device_platforms":            _COUNT,
    "tenant_account.installed_devices":           _COUNT,
    "tenant_account.not_applicable_device_count": _COUNT,
    "tenant_account.not_installed_device_count":  _COUNT,
    "tenant_account.pending_install_device_count": _COUNT,
    # user
    "user.display_name":         Tag("user.name", _OPERATIONS),
    "user.phone_number":         Tag("user.contact.phone_number", _OPERATIONS),
    "user.third_party_user_ids": Tag("user.account.username", _OPERATIONS),
    "user.upn_or_email":         Tag("user.contact.email", _OPERATIONS),
    # optional
    "optional.device_query":               Tag("user.device", _SUPPORT),
    "optional.diagnostics.device_details": Tag("user.device", _IMPROVE),
    "optional.diagnostics.usage":          Tag("user.telemetry", _IMPROVE),
    "optional.diagnostics.health":         Tag("user.telemetry", _IMPROVE),
    "optional.diagnostics.software_setup": Tag("user.telemetry", _IMPROVE),
    # never
    "never.calling_or_browsing_history": Tag("user.behavior.browsing_history", ""),
    "never.personal_email":              _PRIVATE,
    "never.text_messages":               _PRIVATE,
    "never.contacts":                    Tag("user.social", ""),
    "never.personal_account_passwords":  Tag("user.authorization.password", ""),
    "never.calendar_events":             _PRIVATE,
    "never.photos":                      _PRIVATE,
}

REGISTER_TAGS: dict[str, Tag] = {
    "id":               _DEVICE_ID,
    "userId":           Tag("user.unique_id", _OPERATIONS),
    "workload":         _SYSTEM,
    "ownership":        _DEVICE,
    "platform":         _DEVICE,
    "conditions":       _DEVICE,
    "enrollmentType":   _DEVICE,
    "enrolledDateTime": _MOMENT,
    "lastSyncDateTime": _MOMENT,
    "managementState":  _DEVICE,
    "complianceState":  Tag("user.device", _SECURITY),
    "policyVersion":    _SYSTEM,
    "orders":           _SYSTEM,
    "receipts":         _SYSTEM,
    "notice":           _SYSTEM,
    "deletedDateTime":  _SYSTEM,
    "passwords":        TAGS["access.static_authenticators"],
    "tokens":           TAGS["access.static_authenticators"],
    "signingKeys":      _SYSTEM,
    "pseudonymKey":     _SYSTEM,
}
# fmt: on

# Compliance inputs, which are judged in memory and forgotten.
JUDGED_TAG = Tag("user.device", _SECURITY)
