"""What doors need: runs to be worked on by any process, idempotency keys, uploads."""

import sqlalchemy as sa
from alembic import op

from editloop.memory.store import columns  # noqa: TID251 (Alembic loads this file by its path)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _run(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_run_id_run")
    return (
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=name, ondelete="CASCADE"),
    )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job",
        *_run("job"),
        sa.Column("principal", columns.Key(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("queued", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_wanted_queued"), "job", ["wanted", "queued"], unique=False)
    op.create_index(op.f("ix_job_principal_queued"), "job", ["principal", "queued"], unique=False)
    op.create_table(
        "request",
        sa.Column("principal", columns.Key(), nullable=False),
        sa.Column("key", columns.Key(), nullable=False),
        sa.Column("print", columns.Exact(), nullable=False),
        *_run("request"),
        sa.Column("created", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_request")),
    )
    op.create_index(op.f("ix_request_created"), "request", ["created"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", columns.Key(), nullable=False),
        sa.Column("principal", columns.Key(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("expires", columns.Utc(), nullable=False),
        sa.Column("created", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_sha256"), "upload", ["sha256"], unique=False)
    op.create_index(op.f("ix_upload_created"), "upload", ["created"], unique=False)


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
