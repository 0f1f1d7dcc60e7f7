"""How Alembic runs our migrations: on the connection that `upgrade.migrate` hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from editloop.memory.store import columns  # noqa: TID251 (Alembic loads this file by its path)
from editloop.memory.store.rows import Row  # noqa: TID251
from editloop.memory.store.upgrade import VERSION_TABLE  # noqa: TID251


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types by their own names, so that a new revision can be loaded."""
    ours = kind == "type" and type(item).__module__ == columns.__name__
    return f"columns.{type(item).__name__}()" if ours else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite alters tables by rebuilding them
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
