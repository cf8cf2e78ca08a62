"""How alembic runs our steps: on the connection it is handed, with the job engine's tables left alone."""

from typing import Any

from alembic import context

from domain.kernel.columns import Entity


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the tables of the job engine and of the search index."""
    return kind != "table" or name in Entity.metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Entity.metadata,
    render_as_batch=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
