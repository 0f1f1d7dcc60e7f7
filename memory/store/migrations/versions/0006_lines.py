"""Jobs that are done are told from those that wait; places in the line; whose picture it is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDICES = (("run", "source_sha"), ("run", "mask_sha"), ("reference", "image_sha"))


def upgrade() -> None:
    """Apply."""
    for name in ("place", "listeners"):
        zero = sa.text("0")
        op.add_column("job", sa.Column(name, sa.Integer(), server_default=zero, nullable=False))
    for table, column in _INDICES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    ended = "SELECT id FROM run WHERE stop_reason IS NOT NULL"
    op.execute(f"UPDATE job SET wanted = 'done' WHERE run_id IN ({ended})")


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
