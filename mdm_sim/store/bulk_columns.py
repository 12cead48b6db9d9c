"""The columns of what is kept of a bulk request: which of its lines were done."""

from __future__ import annotations

from sqlalchemy import Column, Float, Named, String

from mdm_sim.store.columns import OfTenant


class BulkKeyColumns(OfTenant):
    """That a line was done, by the digest of who sent it and of the key it had."""

    digest: Named[str] = Column(String(64), primary_key=True)
    record_id: Named[str] = Column(String(36), nullable=False)
    done_at: Named[float] = Column(Float, nullable=False)
