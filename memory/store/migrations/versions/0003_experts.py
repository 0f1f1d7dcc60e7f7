"""Critiques of experts, spreads, findings about edits, and who of several answered."""

import sqlalchemy as sa
from alembic import op

from editloop.memory.store import columns  # noqa: TID251 (Alembic loads this file by its path)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("turn", sa.Column("satisfied", sa.Boolean(), nullable=True))
    op.add_column("turn", sa.Column("spread", columns.Document(), nullable=True))
    op.add_column("turn", sa.Column("findings", columns.Document(), nullable=True))
    op.add_column("sample", sa.Column("by", columns.Exact(), nullable=True))


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
