"""Runs, their turns, samples, labels and pictures."""

import sqlalchemy as sa
from alembic import op

from editloop.memory.store import columns  # noqa: TID251 (Alembic loads this file by its path)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "image",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", columns.Exact(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("degraded", columns.Document(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_image")),
    )
    op.create_table(
        "run",
        sa.Column("id", columns.Key(), nullable=False),
        sa.Column("created", columns.Utc(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("instruction", columns.Exact(), nullable=False),
        sa.Column("source_sha", sa.String(), nullable=False),
        sa.Column("mask_sha", sa.String(), nullable=True),
        sa.Column("seed", columns.Seed(), nullable=False),
        sa.Column("editor", columns.Exact(), nullable=False),
        sa.Column("thinker", columns.Exact(), nullable=False),
        sa.Column("settings", columns.Document(), nullable=False),
        sa.Column("trace_id", columns.Exact(), nullable=True),
        sa.Column("span_id", columns.Exact(), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("stop_detail", columns.Exact(), nullable=True),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("answer_sha", sa.String(), nullable=True),
        sa.Column("failure", columns.Document(), nullable=True),
        sa.Column("lease_owner", columns.Exact(), nullable=True),
        sa.Column("lease_until", columns.Utc(), nullable=True),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("best_semantic", columns.Real(), nullable=True),
        sa.Column("best_quality", columns.Real(), nullable=True),
        sa.Column("best_overall", columns.Real(), nullable=True),
        sa.Column("seconds", columns.Real(), nullable=False),
        sa.Column("cost", columns.Real(), nullable=False),
        sa.ForeignKeyConstraint(["answer_sha"], ["image.sha256"], name=op.f("fk_run_answer_sha")),
        sa.ForeignKeyConstraint(["mask_sha"], ["image.sha256"], name=op.f("fk_run_mask_sha")),
        sa.ForeignKeyConstraint(["source_sha"], ["image.sha256"], name=op.f("fk_run_source_sha")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_created_id"), "run", ["created", "id"], unique=False)
    op.create_index(
        op.f("ix_run_status_created_id"), "run", ["status", "created", "id"], unique=False
    )
    op.create_table(
        "label",
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.Column("name", columns.Key(), nullable=False),
        sa.Column("value", columns.Exact(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_label_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_label")),
    )
    op.create_index(op.f("ix_label_name"), "label", ["name"], unique=False)
    op.create_table(
        "reference",
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("image_sha", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_sha"], ["image.sha256"], name=op.f("fk_reference_image_sha")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_reference_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_reference")),
    )
    op.create_table(
        "turn",
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instruction", columns.Exact(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("base_sha", sa.String(), nullable=False),
        sa.Column("seed", columns.Seed(), nullable=False),
        sa.Column("edited_sha", sa.String(), nullable=True),
        sa.Column("edit_seconds", columns.Real(), nullable=False),
        sa.Column("edit_cost", columns.Real(), nullable=False),
        sa.Column("notes", columns.Document(), nullable=False),
        sa.Column("semantic", columns.Real(), nullable=True),
        sa.Column("quality", columns.Real(), nullable=True),
        sa.Column("reasoning", columns.Exact(), nullable=True),
        sa.Column("refined", columns.Exact(), nullable=True),
        sa.Column("failure", columns.Document(), nullable=True),
        sa.ForeignKeyConstraint(["base_sha"], ["image.sha256"], name=op.f("fk_turn_base_sha")),
        sa.ForeignKeyConstraint(["edited_sha"], ["image.sha256"], name=op.f("fk_turn_edited_sha")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_turn_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_turn")),
    )
    op.create_index(op.f("ix_turn_base_sha"), "turn", ["base_sha"], unique=False)
    op.create_index(op.f("ix_turn_edited_sha"), "turn", ["edited_sha"], unique=False)
    op.create_table(
        "sample",
        sa.Column("run_id", columns.Key(), nullable=False),
        sa.Column("turn_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", columns.Exact(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("problem", columns.Exact(), nullable=True),
        sa.Column("finish_reason", columns.Exact(), nullable=True),
        sa.Column("seed", columns.Seed(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("seconds", columns.Real(), nullable=False),
        sa.Column("cost", columns.Real(), nullable=False),
        sa.Column("response_id", columns.Exact(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id", "turn_number"],
            ["turn.run_id", "turn.number"],
            name=op.f("fk_sample_run_id_turn_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "turn_number", "position", name=op.f("pk_sample")),
    )


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
