"""The renewal: consent states, attempts, incidents, the funnel, probes, the hand-over."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consent_state",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("browser_digest", sa.String(length=64), nullable=False),
        sa.Column("authorization_id", ID, nullable=False),
        sa.Column("selling_partner_id", sa.String(length=60), nullable=False),
        sa.Column("renews_granted_at", MOMENT, nullable=True),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column("started_by", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=40), server_default="", nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_an_authorization("consent_state"),
        sa.PrimaryKeyConstraint("digest", name="pk_consent_state"),
    )
    op.create_index("ix_consent_state_authorization_id", "consent_state", ["authorization_id"])
    op.create_index("ix_consent_state_expires_at", "consent_state", ["expires_at"])
    op.create_table(
        "renewal",
        sa.Column("id", ID, nullable=False),
        sa.Column("authorization_id", ID, nullable=False),
        sa.Column("state_digest", sa.String(length=64), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column("language", sa.String(length=40), server_default="", nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("stepped_at", MOMENT, nullable=False),
        sa.Column("granted_at", MOMENT, nullable=True),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("checks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.String(length=40), server_default="", nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        _of_an_authorization("renewal"),
        sa.PrimaryKeyConstraint("id", name="pk_renewal"),
        sa.UniqueConstraint("state_digest", name="uq_renewal_state_digest"),
        sa.UniqueConstraint("code_digest", name="uq_renewal_code_digest"),
    )
    op.create_index("ix_renewal_authorization_id", "renewal", ["authorization_id"])
    _partial_index("ix_renewal_unfinished", "renewal", ["step", "id"], "finished_at IS NULL")
    op.create_table(
        "incident",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("accounts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    _partial_index("ix_incident_open", "incident", ["kind"], "closed_at IS NULL", unique=True)
    op.create_table(
        "funnel_step",
        sa.Column("authorization_id", ID, autoincrement=False, nullable=False),
        sa.Column("round", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        _of_an_authorization("funnel_step"),
        sa.PrimaryKeyConstraint("authorization_id", "round", "step", name="pk_funnel_step"),
    )
    op.create_index("ix_funnel_step_step", "funnel_step", ["step", "first_at"])
    op.create_table(
        "probe_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("last_id", ID, server_default="0", nullable=False),
        sa.Column("accounts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fine", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unanswered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stopped_by", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_probe_run"),
    )
    op.create_table(
        "hand_over",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", sa.String(length=60), nullable=False),
        sa.Column("authorization_id", ID, nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("failure", sa.String(length=80), server_default="", nullable=False),
        _of_an_authorization("hand_over"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
        sa.UniqueConstraint("message_id", name="uq_hand_over_message_id"),
    )
    op.create_index("ix_hand_over_authorization_id", "hand_over", ["authorization_id"])
    op.create_index("ix_hand_over_next_try_at", "hand_over", ["next_try_at"])


def _of_an_authorization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["authorization_id"], ["authorization.id"], name=f"fk_{table}_authorization_id"
    )


def _partial_index(
    name: str, table: str, columns: list[str], condition: str, unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
