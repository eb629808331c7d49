"""What is odd in the token database: counted, with examples and what to do about each.

Two kinds of findings: what the accounts themselves show, and what the last reading of each source
left behind (rows that were not taken among them). Nothing is changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    func,
    or_,
    select,
)

from data_access import rollup
from data_access.audit_chain import Chain, examined
from data_access.database import reading
from data_access.erased import REASON as ERASED
from data_access.marketplaces import marketplaces
from data_access.schema import authorization, seller, source_problem, source_run
from data_access.sources.dates import CLOCK_SKEW
from data_access.sources.problems import REASONS

COLUMNS = ["check", "what", "count", "account_id", "seller", "source", "place", "value", "fix"]
"""Of `examine`: a line for each example; account_id is empty where a row was not taken."""

FINDINGS = {
    "grant_missing": "There is no grant: never authorized, or its day is missing.",
    "no_language": "The seller's language is not known; mails and the renew page fall back to "
    "English.",
    "rollup_drift": "The counters differ from the accounts.",
    "audit_broken": "The audit trail is not as it was written.",
}
"""What only the accounts show; the other checks have the wording of a source's problem."""

ADVICE = {
    "grant_missing": "Send the seller a renew link, or enter the day of the grant in the source.",
    "future_grant": "Correct the day of the grant in the source; day and month may be swapped.",
    "unknown_marketplace": "Translate it under fields.marketplaces.values in the mapping.",
    "future_sync": "Check the clock and the zone of the source.",
    "no_contact": "Ask the seller for an address; without one no reminder reaches them.",
    "no_language": "Enter the language in the source, or map its column.",
    "rollup_drift": "Report it, and run `python manage.py migrate --recount`.",
    "audit_broken": "This entry is the first that was changed or is missing. Find out who can "
    "write the database, and compare it with a backup.",
}
"""What to do about what the accounts show; a source's problem brings its own advice."""

NOT_TAKEN = " Not taken."

_a = authorization.c
_s = seller.c


@dataclass(frozen=True, slots=True)
class _Check:
    """One kind of oddity of an account; `name` is also the reason of a source's problem."""

    name: str
    condition: ColumnElement[bool]
    value: ColumnElement

    @property
    def what(self) -> str:
        return FINDINGS.get(self.name) or REASONS[self.name]

    @property
    def fix(self) -> str:
        return ADVICE[self.name]


def examine(
    of: Engine | None = None,
    now: datetime | None = None,
    examples: int = 5,
    chain: Chain | None = None,
) -> pd.DataFrame:
    """Everything that is odd, as COLUMNS; without lines where nothing is.

    examples: how many lines for each kind of oddity; `count` tells how many there are.
    chain: what was found of the audit trail, where that is known already.
    Raises DatabaseAway.
    """
    now = now or datetime.now(UTC)
    with reading(of) as connection:
        checks = _checks(now)
        found = [line for check in checks for line in _accounts(connection, check, examples)]
        covered = {check.name for check in checks}
        found += _problems_of_sources(connection, covered, examples)
        found += _rollup(connection)
    found += _trail(chain or examined(of))
    return pd.DataFrame(found, columns=COLUMNS).astype({"account_id": "Int64"})


def _checks(now: datetime) -> list[_Check]:
    return [
        _Check(
            "grant_missing",
            _a.granted_at.is_(None),
            _a.claimed_expires_at,
        ),
        _Check(
            "future_grant",
            _a.granted_at > now + CLOCK_SKEW,
            _a.granted_at,
        ),
        _Check(
            "unknown_marketplace",
            _a.home_marketplace.not_in(list(marketplaces())),
            _a.home_marketplace,
        ),
        _Check(
            "future_sync",
            _a.last_sync_at > now + CLOCK_SKEW,
            _a.last_sync_at,
        ),
        _Check(
            "no_contact",
            and_(_s.email == "", _s.phone == "", _s.name != _a.selling_partner_id),
            _s.customer_number,
        ),
        _Check(
            "no_language",
            _a.language == "",
            _s.customer_number,
        ),
    ]


def _accounts(connection: Connection, check: _Check, examples: int) -> Iterator[dict]:
    beside = authorization.join(seller, _s.id == _a.seller_id)
    odd = and_(check.condition, _a.paused_reason != ERASED)
    count = connection.scalar(select(func.count()).select_from(beside).where(odd))
    if not count:
        return
    rows = connection.execute(
        select(_a.id, _a.seller_name, _a.source, check.value.label("value"))
        .select_from(beside)
        .where(odd)
        .order_by(_a.id)
        .limit(examples)
    )
    for row in rows:
        yield {
            "check": check.name,
            "what": check.what,
            "count": count,
            "account_id": row.id,
            "seller": row.seller_name,
            "source": row.source,
            "place": "",
            "value": _shown(row.value),
            "fix": check.fix,
        }


def _shown(value: datetime | str | None) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return value or ""


def _problems_of_sources(
    connection: Connection, covered: set[str], examples: int
) -> Iterator[dict]:
    """Problems of the last complete reading of each source that no check of ours finds again."""
    p, r = source_problem.c, source_run.c
    unseen = or_(~p.taken, p.reason.not_in(covered))
    kind = (p.reason, p.taken)
    rank = func.row_number().over(partition_by=kind, order_by=(r.source, p.id)).label("rank")
    count = func.count().over(partition_by=kind).label("count")
    ranked = (
        select(source_problem, r.source, _a.seller_name, rank, count)
        .join(source_run, r.id == p.run_id)
        .outerjoin(authorization, _a.id == p.authorization_id)
        .where(unseen)
        .subquery()
    )
    rows = connection.execute(
        select(ranked)
        .where(ranked.c.rank <= examples)
        .order_by(ranked.c.taken, ranked.c.reason, ranked.c.source, ranked.c.id)
    )
    for row in rows.mappings():
        taken = row["taken"]
        yield {
            "check": row["reason"],
            "what": REASONS.get(row["reason"], row["reason"]) + ("" if taken else NOT_TAKEN),
            "count": row["count"],
            "account_id": row["authorization_id"],
            "seller": row["seller_name"] or "",
            "source": row["source"],
            "place": row["place"],
            "value": row["value"],
            "fix": row["fix"],
        }


def _rollup(connection: Connection) -> Iterator[dict]:
    wrong = rollup.drift(connection)
    if wrong:
        yield dict.fromkeys(COLUMNS, "") | {
            "check": "rollup_drift",
            "what": FINDINGS["rollup_drift"],
            "count": wrong,
            "account_id": None,
            "fix": ADVICE["rollup_drift"],
        }


def _trail(chain: Chain) -> Iterator[dict]:
    if chain.broken is not None:
        yield dict.fromkeys(COLUMNS, "") | {
            "check": "audit_broken",
            "what": FINDINGS["audit_broken"],
            "count": 1,
            "account_id": None,
            "place": f"audit_entry {chain.broken}",
            "fix": ADVICE["audit_broken"],
        }
