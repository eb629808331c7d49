"""Whether an authorization works: asking Amazon, and writing down what that changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, select, update

from data_access import credentials, funnel, incidents, rollup
from data_access.amazon import Amazon
from data_access.history import add_event
from data_access.schema import authorization, consent_state, renewal
from rules.amazon_answers import Answer, Verdict
from rules.renewal_steps import At
from rules.verification import Health, after, reason

_a = authorization.c
_r = renewal.c

ACCOUNT = (
    _a.id,
    _a.selling_partner_id,
    _a.region,
    _a.country,
    _a.partner_kind,
    _a.granted_at,
    _a.expires_at,
    _a.confirmed_at,
    _a.first_failed_at,
    _a.refused_at,
    _a.refusal,
)
"""What has to be known of an account to ask about it and to judge the answer."""

KEY_LOST = Answer(Verdict.NO_ANSWER, "key_lost")
"""In the place of Amazon's answer where no key of ours opens the token: nobody could be asked."""


async def ask(amazon: Amazon, account: Row, refresh_token: str) -> Answer:
    """One refresh grant and getMarketplaceParticipations: does this authorization work, here?

    Of a vendor the refresh grant alone: an operation for sellers answers 403 to them.
    Source: https://developer-docs.amazon.com/sp-api/docs/resolve-common-http-and-authorization-error-codes
    """
    refreshed = await amazon.refresh(refresh_token)
    if refreshed.answer.verdict is not Verdict.FINE or account.partner_kind == "vendor":
        return refreshed.answer
    found = await amazon.participations(refreshed.access_token, account.region)
    if (
        found.answer.verdict is Verdict.FINE
        and (account.region, account.country) not in found.scopes
    ):
        # An empty list is no proof of health: a call to the wrong region can end so.
        # Source: https://github.com/amzn/selling-partner-api-docs/issues/659
        return Answer(Verdict.REFUSED, "wrong_region")
    return found.answer


def record(
    connection: Connection, answered: Sequence[tuple[Row, Answer]], now: datetime
) -> list[int]:
    """Writes what answers change: confirmed, first failure, refused. The rollup is kept.

    answered: the accounts as they were when Amazon was asked, each with the answer
    Returns the accounts whose answer counted. If an account was renewed since, its answer is about
    the token before that and is dropped.

    Trouble with our own credentials opens an incident and changes no account; a good answer ends
    it. While many are refused at once, a refusal counts against nobody: it may be Amazon's trouble.
    """
    asked = {account.id: account.granted_at for account, _ in answered}
    answers = {account.id: answer for account, answer in answered}
    found = connection.execute(
        select(*ACCOUNT)
        .where(_a.id.in_(list(asked)))
        .order_by(_a.id)
        # Without the key: queued messages, which point at accounts in another order, need not wait.
        .with_for_update(key_share=True)
    )
    accounts = [account for account in found if account.granted_at == asked[account.id]]
    _judge_our_credentials(connection, [answer.verdict for answer in answers.values()], now)
    before = {account.id: _health(account) for account in accounts}
    storm = incidents.is_open(connection, incidents.Kind.MANY_REFUSALS)
    new = {i: after(health, answers[i], now, storm) for i, health in before.items()}
    turned = [i for i in new if (new[i].refused_at is None) != (before[i].refused_at is None)]
    with rollup.kept(connection, turned):
        for identity, health in new.items():
            if health != before[identity]:
                _write(connection, identity, health)
    for identity in turned:
        _tell(connection, identity, new[identity], answers[identity], now)
    for account in accounts:
        if answers[account.id].verdict is Verdict.FINE:
            confirm_grant(connection, account, now)
    return list(new)


def _judge_our_credentials(
    connection: Connection, verdicts: Sequence[Verdict], now: datetime
) -> None:
    if Verdict.OUR_SIDE in verdicts:
        count = verdicts.count(Verdict.OUR_SIDE)
        incidents.report(connection, incidents.Kind.OUR_CREDENTIALS, now, count)
    elif Verdict.FINE in verdicts:
        incidents.close(connection, incidents.Kind.OUR_CREDENTIALS, now)


def confirm_grant(connection: Connection, account: Row, now: datetime) -> None:
    """A good call proves the grant in force: ends its verification and drops the older token.

    It says nothing about the renewals before it, which may never have worked.
    """
    confirmed = connection.execute(
        update(renewal)
        .where(
            _r.authorization_id == account.id,
            _r.granted_at == account.granted_at,
            _r.step.in_((At.GRANTED, At.CALLS_FAIL)),
        )
        .values(step=At.CONFIRMED, stepped_at=now, finished_at=now, next_check_at=None)
        .returning(_r.agent, _r.state_digest)
    ).all()
    credentials.forget_previous(connection, account.id)
    for each in confirmed:
        add_event(connection, "verified", account.id, now, actor=each.agent)
        renews = connection.scalar(
            select(consent_state.c.renews_granted_at).where(
                consent_state.c.digest == each.state_digest
            )
        )
        funnel.record(connection, funnel.Step.VERIFIED, account.id, renews, now, each.agent)


def _tell(
    connection: Connection, identity: int, health: Health, answer: Answer, now: datetime
) -> None:
    if health.refused_at is None:
        add_event(connection, "works_again", identity, now)
    else:
        add_event(connection, "refused", identity, now, why=reason(answer))


def _health(account: Row) -> Health:
    return Health(
        account.confirmed_at, account.first_failed_at, account.refused_at, account.refusal
    )


def _write(connection: Connection, identity: int, health: Health) -> None:
    connection.execute(
        update(authorization)
        .where(_a.id == identity)
        .values(
            confirmed_at=health.confirmed_at,
            first_failed_at=health.first_failed_at,
            refused_at=health.refused_at,
            refusal=health.refusal,
        )
    )
