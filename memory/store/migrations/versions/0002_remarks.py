"""Annotations, and the traces of resumed runs."""

import sqlalchemy as sa
from alembic import op

from editloop.memory.store import columns  # noqa: TID251 (Alembic loads this file by its path)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "trace",
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.Column("trace_id", columns.Key(), nullable=False),
        sa.Column("span_id", columns.Key(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_trace_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "trace_id", "span_id", name=op.f("pk_trace")),
    )
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.Column("turn_number", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", columns.Exact(), nullable=False),
        sa.Column("value", columns.Document(), nullable=True),
        sa.Column("author", columns.Exact(), nullable=False),
        sa.Column("note", columns.Exact(), nullable=False),
        sa.Column("created", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_annotation_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "turn_number"],
            ["turn.run_id", "turn.number"],
            name=op.f("fk_annotation_run_id_turn_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
    )
    op.create_index(op.f("ix_annotation_run_id"), "annotation", ["run_id"], unique=False)


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
