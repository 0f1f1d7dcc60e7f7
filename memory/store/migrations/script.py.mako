"""${message}."""

import sqlalchemy as sa
from alembic import op

from editloop.memory.store import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Apply."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
