"""Lives: whatever happens, in any order, what is stored is what the policy permits now."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from databases import Prepared
from hypothesis import settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from life import life_checks as checks
from life.life_admin import Admin
from life.life_records import Records
from life.life_scene import given, numbers, pick
from life.life_service import Claims
from life.life_tenant import Tenant

from mdm_sim import epochs


class Life(Records, Admin, Tenant):
    """Devices, apps, people, admins and time, in any order."""

    looked_at: Any = None

    @given(lambda model: model.live())
    @rule(chosen=numbers)
    def look(self, chosen: int) -> None:
        """The doors show of a record what may be shown."""
        checks.check_doors(self.service, self.model, [pick(self.model.live(), chosen)])

    @invariant()
    def what_is_stored_is_permitted_now(self) -> None:
        """Of records whose turn has come; of the others the doors show no more than that."""
        found = self.service.snapshot()
        checks.check_stored(found, self.model)
        checks.check_tallies(found)
        checks.check_queries(found, self.model)
        checks.check_told(found, self.model)
        records = [each for each in self.model.live() if each.id in found.late]
        state = deepcopy((found.tenant_settings, [each.__dict__ for each in records]))
        if records and state != self.looked_at:
            checks.check_doors(self.service, self.model, records)
            self.looked_at = state

    def teardown(self) -> None:
        """In the end nobody is behind, and what went is in no file."""
        try:
            self.upkeep()
            checks.check_stored(self.service.snapshot(), self.model)
            checks.check_bytes(self.service, self.model, self.sent)
            checks.check_audit(self.service)
        finally:
            super().teardown()


def test_after_every_step_what_is_stored_is_what_the_policy_permits_now(
    prepared: Prepared,
    callers: dict[str, Claims],
    how_long: settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs, "BATCH", 2)
    run_state_machine_as_test(lambda: Life(prepared, callers), settings=how_long)
