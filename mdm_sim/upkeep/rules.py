"""The table of retention rules; how long each period is stands in `policy.retention`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mdm_sim.store.work import Work
from mdm_sim.upkeep import expiry, inactivity, locations


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it removes, how many at once.

    A quick one looks at an index or a small table, so that `serve` can apply it often. The removals
    of one with its own entries are audited one by one, those of others as a number.
    """

    id: str
    apply: Callable[[Work, int], int]
    is_quick: bool = False
    has_own_entries: bool = False
    batch: int = 500


# fmt: off
RULES = (
    Rule("tenant_end",             expiry.end_tenant,             has_own_entries=True),
    Rule("location",               locations.expire_locations,    is_quick=True, has_own_entries=True),
    Rule("query_result",           expiry.remove_query_answers,   is_quick=True),
    Rule("query_pending",          expiry.remove_pending_queries, is_quick=True),
    Rule("deleted_user",           expiry.erase_deleted_users,    is_quick=True, has_own_entries=True, batch=10),
    Rule("deleted_group",          expiry.erase_deleted_groups,   has_own_entries=True, batch=50),
    Rule("selective_wipe_ended",   expiry.remove_ended_wipes),
    Rule("selective_wipe_pending", expiry.remove_pending_wipes,   has_own_entries=True),
    Rule("cleanup",                inactivity.hide_inactive,      has_own_entries=True),
    Rule("app_idle",               inactivity.remove_idle_apps,   has_own_entries=True),
    Rule("bulk_key",               expiry.remove_bulk_keys),
    Rule("receipts",               expiry.remove_receipts),
    Rule("ended_credential",       expiry.remove_credentials),
    Rule("pseudonym_key",          expiry.rotate_pseudonym_key,   has_own_entries=True),
    Rule("signing_key",            expiry.rotate_signing_keys),
    Rule("audit",                  expiry.shorten_audit_log),
)
# fmt: on
