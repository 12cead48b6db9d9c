"""Digests under a key of the tenant's: what nobody can find again who has only guesses.

The key is replaced now and then; while what was made with the former one is being renewed, a text
has two digests.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, bindparam, select

from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import settings

_KEYS = Prepared(
    select(settings.c.pseudonym_key, settings.c.former_pseudonym_key).where(
        settings.c.tenant_id == bindparam("tenant")
    )
)


def digests(connection: Connection, tenant_id: str, text: str) -> list[str]:
    """The digests of a text in hexadecimal: by the key, and by its former one if there is one."""
    keys = _KEYS(connection, tenant=tenant_id).one()
    return [
        hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()
        for key in keys
        if key
    ]
