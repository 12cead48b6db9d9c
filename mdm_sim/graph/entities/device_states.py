"""How a device stands with the policies that apply to it: of compliance, and configurations.

What was judged is not kept, only a device's verdict: a policy's state is told where the verdict
says it, and is `unknown` otherwise. No configuration is carried out, so that its state is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from mdm_sim.compliance import EVERYBODY, POLICIES, PREFIXES
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import NAMESPACE, Model, model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.entities.managed_devices import SOURCE, of_tenant
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import Property
from mdm_sim.policy.context import Platform
from mdm_sim.store.tables import devices, documents, users

CONFIGURATIONS = "deviceManagement/deviceConfigurations"
_CONFIGURATION_PREFIXES = {
    Platform.WINDOWS: ("windows", "sharedPC", "editionUpgrade"),
    Platform.MACOS: ("macOS",),
    Platform.IOS: ("ios",),
    Platform.IPADOS: ("ios",),
    Platform.ANDROID: ("android", "aosp"),
    Platform.LINUX: ("linux",),
}
# policyPlatformType by how the name of a policy's type begins; the first that fits counts.
_PLATFORM_TYPES = (
    ("androidWorkProfile", "androidWorkProfile"),
    ("aosp", "androidAOSP"),
    ("androidForWork", "androidForWork"),
    ("android", "android"),
    ("ios", "iOS"),
    ("macOS", "macOS"),
    ("windowsPhone81", "windowsPhone81"),
    ("windows81", "windows81AndLater"),
    ("windows", "windows10AndLater"),
    ("sharedPC", "windows10AndLater"),
    ("editionUpgrade", "windows10AndLater"),
)
# Values of a policy's properties that set nothing.
_UNSET = ("notConfigured", "deviceDefault", "userDefined", "none", "unavailable", "[]", "{}", "")
Column = ColumnElement[Any]
Prefixes = dict[Platform, tuple[str, ...]]


def _name(policy: FromClause) -> Column:
    """SQL: the name of a policy's type."""
    return func.replace(policy.c.odata_type, f"#{NAMESPACE}.", "")


def _is_for_platform(policy: FromClause, by_platform: Prefixes, of: FromClause) -> Column:
    name = _name(policy)
    return or_(
        *(
            and_(of.c.platform == platform, or_(*(name.startswith(each) for each in begin)))
            for platform, begin in by_platform.items()
        )
    )


def _is_assigned(policy: FromClause, *conditions: Any) -> Column:
    given = documents.alias()
    target = func.json_extract(given.c.document, '$.target."@odata.type"')
    return exists(
        select(given.c.id)
        .where(
            given.c.tenant_id == policy.c.tenant_id,
            given.c.collection == policy.c.collection.concat("/assignments"),
            given.c.parent_id == policy.c.id,
            target.in_(sorted(EVERYBODY)),
            *(condition(given) for condition in conditions),
        )
        .correlate(policy, devices)
    )


def _applies(policy: FromClause, path: str, prefixes: Prefixes, of: FromClause = devices) -> Column:
    """SQL: whether a policy applies to a device, or to a kind of devices."""
    return and_(
        policy.c.tenant_id == of.c.tenant_id,
        policy.c.collection == path,
        _is_for_platform(policy, prefixes, of),
        _is_assigned(policy),
    )


def _verdict() -> Column:
    """SQL: the state of a compliance policy, as far as a device's verdict tells it."""
    others = documents.alias()
    number = (
        select(func.count())
        .select_from(others)
        .where(_applies(others, POLICIES, PREFIXES))
        .correlate(devices)
        .scalar_subquery()
    )
    since = devices.c.last_sync_at
    is_judged = (documents.c.updated_at <= since) & _is_assigned(
        documents, lambda given: given.c.created_at <= since
    )
    verdict = devices.c.compliance_state
    return case(
        (and_(is_judged, verdict == "compliant"), "compliant"),
        (and_(is_judged, verdict == "noncompliant", number == 1), "nonCompliant"),
        else_="unknown",
    )


def _settings(known: Model, type_name: str, told: Callable[[Column], Any]) -> Any:
    """SQL: something of the settings of a policy, as a scalar; `told` makes it of their names."""
    rows = func.json_each(documents.c.document)
    setting = rows.table_valued("key", "value", "type", name="setting")
    no_settings = ("@odata.type", *known.types[type_name].properties)
    return (
        select(told(setting.c.key))
        .select_from(setting)
        .where(
            setting.c.key.not_in(no_settings),
            setting.c.type.not_in(("null", "false")),
            or_(setting.c.type == "true", setting.c.value.not_in(_UNSET)),
        )
        .correlate(documents, devices, users)
        .scalar_subquery()
    )


def _setting_states(known: Model, type_name: str, state: Column, number: Column) -> Column:
    """SQL: the settings of a policy as JSON: of one it is known how it stands, of many not."""
    of_one = case((or_(state == "compliant", number == 1), state), else_="unknown")
    source = func.json_object(
        "id", documents.c.id, "displayName", _title(), "sourceType", "deviceConfiguration"
    )

    # fmt: off
    def told(key: Column) -> Column:
        return func.json_group_array(func.json_object(
            "setting",           _capital(_name(documents)).concat(".").concat(_capital(key)),
            "state",             of_one,
            "userId",            devices.c.user_id,
            "userName",          users.c.display_name,
            "userEmail",         users.c.user_principal_name,
            "userPrincipalName", users.c.user_principal_name,
            "sources",           func.json_array(source),
        ))

    # fmt: on
    found: Column = _settings(known, type_name, told)
    return found


def _title() -> Column:
    return func.json_extract(documents.c.document, "$.displayName")


def _capital(text: Column) -> Column:
    return func.upper(func.substr(text, 1, 1)).concat(func.substr(text, 2))


def _platform_type(known: Model) -> Column:
    """SQL: a policy's platform, in the words that a version has for it."""
    words, name = set(known.members("policyPlatformType")), _name(documents)
    cases = [
        (name.startswith(prefix), word if word in words else "android")
        for prefix, word in _PLATFORM_TYPES
    ]
    return case(*cases, else_="all")


def _states(
    version: str, path: str, prefixes: Prefixes, types: tuple[str, str], state: Column
) -> Collection:
    known = model(version)
    policy_type, state_type = types
    number = _settings(known, policy_type, lambda _key: func.count())
    held = {
        "id": Property(documents.c.id),
        "displayName": Property(_title(), any_case=True),
        "platformType": Property(_platform_type(known)),
        "settingCount": Property(number, "integer", 0),
        "settingStates": Property(_setting_states(known, policy_type, state, number), "json"),
        "state": Property(state),
        "userId": Property(devices.c.user_id),
        "userPrincipalName": Property(users.c.user_principal_name, any_case=True, lower=True),
        "version": Property(documents.c.version, "integer", 0),
    }
    kind = known.types[state_type]

    def fill(_connection: Connection, _ask: Ask, items: list[dict[str, Any]]) -> None:
        for item in items:
            item["settingStates"] = completed(known, kind, item)["settingStates"]

    return Collection(
        name=state_type,
        source=SOURCE.join(documents, _applies(documents, path, prefixes)),
        key=documents.c.id,
        properties=modelled(known, kind, held),
        where=of_tenant,
        extras={"settingStates": fill},
    )


@lru_cache(maxsize=2)
def compliance(version: str) -> Collection:
    """How devices stand with each policy of compliance that applies to them."""
    types = ("deviceCompliancePolicy", "deviceCompliancePolicyState")
    return _states(version, POLICIES, PREFIXES, types, _verdict())


@lru_cache(maxsize=2)
def configurations(version: str) -> Collection:
    """How devices stand with each configuration that applies to them."""
    types = ("deviceConfiguration", "deviceConfigurationState")
    state = literal("unknown")
    return _states(version, CONFIGURATIONS, _CONFIGURATION_PREFIXES, types, state)


def is_configured(of: FromClause) -> Column:
    """SQL: whether some configuration applies to a device, or to a kind of devices."""
    policy = documents.alias()
    applies = _applies(policy, CONFIGURATIONS, _CONFIGURATION_PREFIXES, of)
    return exists(select(policy.c.id).where(applies).correlate(of))
