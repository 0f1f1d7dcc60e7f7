"""Answers of judges, and the calls to them that are under way."""

import sqlalchemy as sa
from alembic import op

from editloop.memory.store import columns  # noqa: TID251 (Alembic loads this file by its path)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CALL = ("question", "judge", "judge_version", "sample", "attempt")


def _call() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("question", columns.Key(), nullable=False),
        sa.Column("judge", columns.Key(), nullable=False),
        sa.Column("judge_version", columns.Key(), nullable=False),
        sa.Column("sample", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "judgement",
        *_call(),
        sa.Column("suite", columns.Key(), nullable=False),
        sa.Column("case", columns.Key(), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("metric", columns.Exact(), nullable=False),
        sa.Column("protocol", columns.Exact(), nullable=False),
        sa.Column("text", columns.Exact(), nullable=True),
        sa.Column("failure", columns.Exact(), nullable=True),
        sa.Column("said_model", columns.Exact(), nullable=False),
        sa.Column("seconds", columns.Real(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", columns.Real(), nullable=False),
        sa.Column("created", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint(*_CALL, name=op.f("pk_judgement")),
    )
    op.create_index(op.f("ix_judgement_suite_case"), "judgement", ["suite", "case"], unique=False)
    op.create_table(
        "judging",
        *_call(),
        sa.Column("owner", columns.Exact(), nullable=False),
        sa.Column("until", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint(*_CALL, name=op.f("pk_judging")),
    )


def downgrade() -> None:
    """Going back is not supported; the copy made before the upgrade is the way back."""
    raise NotImplementedError("restore the copy that was made before the upgrade")
