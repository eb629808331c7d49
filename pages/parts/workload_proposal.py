"""Whom to renew early so that next year is flatter: the rule, what it gains and what it costs."""

from datetime import date

import pandas as pd
import streamlit as st

from data_access.settings import settings
from data_access.workload import expiring_between
from pages.parts import formats
from pages.parts.url import address_of
from pages.parts.viewer import Viewer
from pages.parts.workload_data import Plan
from pages.parts.workload_load import people
from rules.account_filter import AccountFilter
from rules.smoothing import Move, usual_level

ROW = 36
SHOWN_ROWS = 8
LEVEL, WEEKS = "smoothing_level", "smoothing_weeks"


def asked_level() -> tuple[int | None, int | None]:
    """The level and the weeks that the fields ask for; None where they were not drawn yet."""
    return st.session_state.get(LEVEL), st.session_state.get(WEEKS)


def proposal(viewer: Viewer, plan: Plan) -> None:
    """Draws the fields, the gain in one sentence, and the invitations week by week."""
    _ = viewer.text
    st.header(_("Even out the next year"), anchor=False)
    st.markdown(
        _(
            "A renewal moves the expiry to 365 days later. Whoever is invited in a quieter week "
            "leaves the crowded one for good, this year and every year after. Renewing early is "
            "safe; the days left are forfeited."
        )
    )
    _fields(viewer, plan)
    if not plan.proposal.moves:
        st.success(
            _("Nobody has to be invited early: no week has more than {n} accounts.").format(
                n=formats.number(viewer, plan.proposal.level)
            ),
            icon=":material/task_alt:",
        )
        return
    _gain(viewer, plan)
    _invitations(viewer, plan)


def _fields(viewer: Viewer, plan: Plan) -> None:
    _ = viewer.text
    usual = usual_level(plan.proposal.before)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            _("At most this many accounts a week"),
            min_value=0,
            value=usual,
            step=max(usual // 20, 1),
            key=LEVEL,
            width=250,
            help=_("Unless you say otherwise, a quarter above the usual (median) week."),
        )
        st.number_input(
            _("At most this many weeks early"),
            min_value=1,
            max_value=26,
            value=settings().smoothing_weeks,
            key=WEEKS,
            width=250,
        )
    asked = st.session_state.get(LEVEL)
    if asked is not None and plan.proposal.level > asked:
        st.caption(
            _(
                "{asked} a week cannot be reached so few weeks early; the lowest that can is "
                "{level}."
            ).format(
                asked=formats.number(viewer, asked),
                level=formats.number(viewer, plan.proposal.level),
            )
        )


def _gain(viewer: Viewer, plan: Plan) -> None:
    _, found = viewer.text, plan.proposal
    before, after = max(found.before), max(found.after)
    st.markdown(
        _(
            "Invite **{n} accounts** early: the highest week falls from {before} to **{after}** "
            "accounts ({people_before} to **{people_after}** people, estimate), and so does the "
            "same week next year. They forfeit {each} days each on average, {days} days together."
        ).format(
            n=formats.number(viewer, found.accounts),
            before=formats.number(viewer, before),
            after=formats.number(viewer, after),
            people_before=people(viewer, plan.effort, before),
            people_after=people(viewer, plan.effort, after),
            each=formats.number(viewer, found.days_forfeited / found.accounts),
            days=formats.number(viewer, found.days_forfeited),
        )
    )


def _invitations(viewer: Viewer, plan: Plan) -> None:
    _ = viewer.text
    rows = [_row(viewer, plan, move) for move in plan.proposal.moves]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(len(rows), SHOWN_ROWS) * ROW + 39,
        row_height=ROW,
        key="invitations",
        column_config={
            "invite": st.column_config.TextColumn(_("Invite in the week of"), width=175),
            "accounts": st.column_config.NumberColumn(_("Accounts"), width=90, format="localized"),
            "list": st.column_config.LinkColumn(
                _("Out of"), display_text=_("the list") + " ↗", width=90
            ),
            "of": st.column_config.TextColumn(_("They expire"), width=330),
            "early": st.column_config.NumberColumn(_("Weeks early"), width=100),
            "each": st.column_config.NumberColumn(_("Days forfeited each"), width=150),
            "days": st.column_config.NumberColumn(
                _("Days together"), width=120, format="localized"
            ),
        },
        alt=_("Whom to invite when"),
    )
    st.caption(
        _(
            "The rule: what stands above the level goes to the nearest earlier week with room, the "
            "latest expiry first. Nobody is invited after the expiry, nobody from a week below the "
            "level, and no more than stand above it. Any accounts of the list will do."
        )
    )


def _row(viewer: Viewer, plan: Plan, move: Move) -> dict:
    weeks = plan.ahead.weeks
    return {
        "invite": formats.day(viewer, weeks["first"].iloc[move.to]),
        "accounts": move.accounts,
        "list": "/?" + address_of(_list(plan, move)),
        "of": _expiring(viewer, plan, move),
        "early": move.of - move.to,
        "each": move.days_each,
        "days": move.accounts * move.days_each,
    }


def _list(plan: Plan, move: Move) -> AccountFilter:
    """The accounts to choose from: those of the cliff if it has enough, else the whole week's."""
    day = _cliff_day(plan, move)
    return plan.list_of(move.of) if day is None else expiring_between(day, day)


def _expiring(viewer: Viewer, plan: Plan, move: Move) -> str:
    _ = viewer.text
    day = _cliff_day(plan, move)
    if day is not None:
        return _("on {day} (cliff)").format(day=formats.day(viewer, day))
    return _("in the week of {day}").format(
        day=formats.day(viewer, plan.ahead.weeks["first"].iloc[move.of])
    )


def _cliff_day(plan: Plan, move: Move) -> date | None:
    moved = sum(each.accounts for each in plan.proposal.moves if each.of == move.of)
    largest = max(plan.ahead.cliffs_of(move.of), key=lambda cliff: cliff.accounts, default=None)
    return largest.day if largest is not None and largest.accounts >= moved else None
