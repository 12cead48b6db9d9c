"""Optional diagnostics, kept only with the tenant's and the user's consent, under a pseudonym.

Rows optional.diagnostics.*. The pseudonym is a keyed HMAC of the record's id, so that a report
cannot be tied to a device without the tenant's key, and all of a record's reports can be purged.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from mdm_sim.store.engine import scrub_after
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import diagnostics, settings

FACTS = (
    "diagnosticDeviceDetails",
    "diagnosticUsage",
    "diagnosticHealth",
    "diagnosticSoftwareSetup",
)

_KEY = Prepared(select(settings.c.pseudonym_key).where(settings.c.tenant_id == bindparam("tenant")))
_new = insert(diagnostics)
_PUT = Prepared(
    _new.on_conflict_do_update(
        index_elements=["tenant_id", "pseudonym", "fact"], set_={"document": _new.excluded.document}
    )
)


def keep(connection: Connection, tenant_id: str, record_id: str, facts: Mapping[str, Any]) -> None:
    """Store the diagnostic facts that `minimise` permitted; the last report of each counts."""
    for name, value in facts.items():
        _PUT(
            connection,
            tenant_id=tenant_id,
            pseudonym=_pseudonym(connection, tenant_id, record_id),
            fact=name,
            document=orjson.dumps(value).decode(),
            tenant_diagnostics=True,
            user_diagnostics=True,
        )


def withdraw(
    connection: Connection, tenant_id: str, record_id: str, names: Collection[str]
) -> None:
    """Remove the reports of these facts, which the record takes back."""
    for name in (name for name in FACTS if name in names):
        connection.execute(
            delete(diagnostics).where(
                diagnostics.c.tenant_id == tenant_id,
                diagnostics.c.pseudonym == _pseudonym(connection, tenant_id, record_id),
                diagnostics.c.fact == name,
            )
        )
        scrub_after(connection)


def purge(connection: Connection, tenant_id: str, record_id: str) -> None:
    """Remove every report of a record."""
    pseudonym = _pseudonym(connection, tenant_id, record_id)
    gone = connection.execute(
        delete(diagnostics).where(
            diagnostics.c.tenant_id == tenant_id, diagnostics.c.pseudonym == pseudonym
        )
    )
    if gone.rowcount:
        scrub_after(connection)


def _pseudonym(connection: Connection, tenant_id: str, record_id: str) -> str:
    key = _KEY(connection, tenant=tenant_id).scalar_one()
    return hmac.new(bytes.fromhex(key), record_id.encode(), hashlib.sha256).hexdigest()
