"""Whom to call first: accounts ordered by the harm that a renewal today would avoid.

    score = loss per blocked day × chance of not renewing unaided × blocked days ahead

The soonest expiry is not always the most urgent one: a large shop that never renews by itself and
lapses in five days comes before a dormant one that lapsed yesterday.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rules.assumptions import Assumptions, Profile, ProfileColumns, filled
from rules.day_numbers import Floats, day_number
from rules.scenarios import blocked_from


class Reason(IntFlag):
    """Why an account stands where it stands; several may hold."""

    BLOCKED_NOW = 1
    EXPIRES_WITHIN_WEEK = 2
    LAPSED_BEFORE = 4
    NO_REACTION_TO_REMINDERS = 8
    OPENED_LINK_WITHOUT_RENEWING = 16
    LARGE_LOSS_PER_DAY = 32
    SHIPS_ITSELF = 64


@dataclass(frozen=True, slots=True)
class HarmModel:
    """What is assumed about loss and about sellers. Plain guesses, meant to be edited.

    days_ahead: blocked days within so many days from now count.
    seller_fulfilled_loss: share of the value of an order that the seller ships and nobody sees,
        that is at risk: it comes late and is cancelled in the end.
    amazon_fulfilled_loss: the same for an order that Amazon ships: only books and stock are wrong.
    The chance of not renewing starts from 1 − Assumptions.usual_renewal_rate, as odds; these are
    multiplied, for each earlier lapse (three at most), for each reminder without reaction (five
    at most), for being blocked by now, and for having opened the renew link.
    large_loss_per_day: money from which on LARGE_LOSS_PER_DAY is given as a reason.
    """

    days_ahead: float = 30.0
    seller_fulfilled_loss: float = 1.0
    amazon_fulfilled_loss: float = 0.1
    odds_per_lapse: float = 2.0
    odds_per_reminder: float = 1.3
    odds_when_blocked: float = 3.0
    odds_when_link_opened: float = 0.5
    large_loss_per_day: float = 1_000.0


_MOST_LAPSES = 3
_MOST_REMINDERS = 5
_REMINDERS_THAT_TELL = 2
_MOSTLY = 0.5


def rank_by_harm(
    profile: ProfileColumns,
    authorizations: pd.DataFrame,
    as_of: datetime,
    assumptions: Assumptions,
    model: HarmModel | None = None,
) -> pd.DataFrame:
    """Score, rank and reasons for every account.

    authorizations: `expires_at` (UTC, NaT for none known); optional, absent counts as none:
        `stays_out` (boolean), `earlier_lapses` and `reminders_unanswered` (counts),
        `link_opened` (boolean).

    Returns a row per account with the index of `authorizations`: score (money, never NaN, 0 for
    accounts that do not lapse within the days ahead or are not simulated), rank (1 is first; equal
    scores keep the order of the rows), loss_per_day (money), chance_not_renewing (0 to 1),
    days_left (fractional, negative once blocked, NaN without expiry) and reasons (an integer, see
    Reason and `reasons_in`).
    """
    model = model or HarmModel()
    seller = filled(profile, assumptions)
    days_left = blocked_from(authorizations) - day_number(as_of)
    blocked = days_left <= 0
    lapses = _counts(authorizations, "earlier_lapses")
    reminders = _counts(authorizations, "reminders_unanswered")
    opened = _counts(authorizations, "link_opened") > 0

    loss = loss_per_day(seller, assumptions, model)
    chance = _chance_not_renewing(lapses, reminders, blocked, opened, assumptions, model)
    days_blocked = np.clip(model.days_ahead - np.maximum(days_left, 0.0), 0.0, None)
    score = loss * chance * np.nan_to_num(days_blocked)

    reasons = (
        Reason.BLOCKED_NOW * blocked
        | Reason.EXPIRES_WITHIN_WEEK * (~blocked & (days_left <= 7))
        | Reason.LAPSED_BEFORE * (lapses > 0)
        | Reason.NO_REACTION_TO_REMINDERS * (reminders >= _REMINDERS_THAT_TELL)
        | Reason.OPENED_LINK_WITHOUT_RENEWING * opened
        | Reason.LARGE_LOSS_PER_DAY * (loss >= model.large_loss_per_day)
        | Reason.SHIPS_ITSELF * (seller.seller_fulfilled_share > _MOSTLY)
    )
    return pd.DataFrame(
        {
            "score": score,
            "rank": _ranks(score),
            "loss_per_day": loss,
            "chance_not_renewing": chance,
            "days_left": days_left,
            "reasons": reasons.astype(np.int16),
        },
        index=authorizations.index,
    )


def _ranks(score: Floats) -> NDArray[np.int64]:
    """The place of each row, 1 for the highest score; equal scores keep the order of the rows."""
    rank = np.empty(len(score), dtype=np.int64)
    rank[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return rank


@cache
def reasons_in(reasons: int) -> tuple[Reason, ...]:
    """The single reasons in one value of the column `reasons`."""
    return tuple(reason for reason in Reason if reasons & reason)


def loss_per_day(seller: Profile, assumptions: Assumptions, model: HarmModel) -> Floats:
    """Money at risk for each blocked day."""
    return at_risk(
        seller.orders_per_day * seller.average_order_value,
        seller.seller_fulfilled_share,
        assumptions.unworked_share,
        model,
    )


def at_risk(
    orders_value: Floats | float,
    seller_fulfilled_share: Floats | float,
    unworked_share: float,
    model: HarmModel,
) -> Floats | float:
    """What is at risk of the value of a day's orders; for columns as for a single seller."""
    by_seller = seller_fulfilled_share * unworked_share * model.seller_fulfilled_loss
    by_amazon = (1.0 - seller_fulfilled_share) * model.amazon_fulfilled_loss
    return orders_value * (by_seller + by_amazon)


def _chance_not_renewing(
    lapses: Floats,
    reminders: Floats,
    blocked: NDArray[np.bool_],
    opened: NDArray[np.bool_],
    assumptions: Assumptions,
    model: HarmModel,
) -> Floats:
    usual = assumptions.usual_renewal_rate
    if usual == 0:
        return np.ones(len(lapses))
    odds = (
        (1 - usual)
        / usual
        * model.odds_per_lapse ** np.minimum(lapses, _MOST_LAPSES)
        * model.odds_per_reminder ** np.minimum(reminders, _MOST_REMINDERS)
        * np.where(blocked, model.odds_when_blocked, 1.0)
        * np.where(opened, model.odds_when_link_opened, 1.0)
    )
    return odds / (1 + odds)


def _counts(authorizations: pd.DataFrame, name: str) -> ArrayLike:
    if name not in authorizations:
        return np.zeros(len(authorizations))
    column = authorizations[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.maximum(np.nan_to_num(column), 0.0)
