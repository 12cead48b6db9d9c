"""How many records there are of each kind: the columns of the table, kept by triggers.

The kinds are what the service knows itself, in words from closed lists; no fact is among them.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Named, String

from mdm_sim.store.columns import OfTenant


class TallyColumns(OfTenant):
    """A number of records that are alike in every other column; there is no row of none.

    An app registration has an empty type of enrollment and verdict, and is never hidden.
    """

    workload: Named[str] = Column(String(3), primary_key=True)
    platform: Named[str] = Column(String(7), primary_key=True)
    ownership: Named[str] = Column(String(9), primary_key=True)
    work_profile: Named[bool] = Column(Boolean, primary_key=True)
    enrollment_type: Named[str] = Column(String(64), primary_key=True)
    compliance_state: Named[str] = Column(String(16), primary_key=True)
    hidden: Named[bool] = Column(Boolean, primary_key=True)
    number: Named[int] = Column(Integer, nullable=False)
