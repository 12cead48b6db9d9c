"""Alembic's way in: it migrates on the connection that `mdm_sim.store.schema` hands over."""

from __future__ import annotations

from alembic import context

from mdm_sim.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
