"""What the sync of one account does, or what its lapse costs: to be read out."""

from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.account_detail import AccountDetail
from data_access.assumptions import assumptions_in_force
from data_access.lapse_story import Input, LapseStory, story_of
from data_access.lapse_words import LapseWords
from data_access.sync_profiles import sync_columns_of
from pages.parts import effect_words, formats, statuses
from pages.parts.formats import plain
from pages.parts.viewer import Viewer
from rules.authorization import BLOCKING, Job, Status

_WAITING = {
    Job.PRICE: "offers_stale_price",
    Job.STOCK: "offers_stale_stock",
    Job.ORDERS: "orders_not_imported",
}


def story_now(detail: AccountDetail, as_of: datetime) -> LapseStory | None:
    """The account's lapse as it stands, or as it will come; None where it cannot lapse. Raises
    DatabaseAway."""
    columns = sync_columns_of([detail.account.id])
    if not len(columns):
        return None
    return story_of(columns, as_of, as_of, assumptions_in_force().values)


def account_sync(viewer: Viewer, of: Status, story: LapseStory | None, as_of: datetime) -> None:
    """The three jobs, what happens on which day if nothing is done, and the way back."""
    _ = viewer.text
    st.subheader(_("Sync"), anchor=False)
    _jobs(viewer, of, story, as_of)
    if story is None:
        return
    words = LapseWords(viewer.language, viewer.zone)
    if of in BLOCKING:
        _head(viewer, _("If it is renewed now"))
        st.markdown(plain(words.way_back(story)))
        _clock(viewer, story)
    _days(viewer, words, story, as_of)
    with st.expander(_("From what this is estimated"), icon=":material/calculate:"):
        _inputs(viewer, story)


def _head(viewer: Viewer, text: str) -> None:
    estimate = viewer.text("an estimate")
    st.markdown(f"**{text}** :gray[· {estimate}]")


def _jobs(viewer: Viewer, of: Status, story: LapseStory | None, as_of: datetime) -> None:
    _ = viewer.text
    for job in Job:
        name = statuses.job(viewer, job).capitalize()
        if of not in BLOCKING:
            st.markdown(f":green[● {name}]: " + _("not blocked"))
        elif story is None:
            st.markdown(f":red[✖ {name}]: " + _("blocked until the first consent"))
        else:
            since = _("blocked since {since} ({ago})").format(
                since=formats.moment_with_zone(viewer, story.blocked_from),
                ago=formats.ago(viewer, story.blocked_from, as_of),
            )
            st.markdown(f":red[✖ {name}]: {since} · {_waiting(viewer, job, story)}")


def _waiting(viewer: Viewer, job: Job, story: LapseStory) -> str:
    _ = viewer.text
    about = formats.about(viewer, story.effect[_WAITING[job]])
    return {
        Job.PRICE: _("{about} offers with an outdated price"),
        Job.STOCK: _("{about} offers with an outdated stock"),
        Job.ORDERS: _("{about} orders wait"),
    }[job].format(about=about)


def _clock(viewer: Viewer, story: LapseStory) -> None:
    """When each job would be through, by the clock."""
    _ = viewer.text
    said = [
        _("{job} from {start} to {end}").format(
            job=statuses.job(viewer, each.job).capitalize(),
            start=formats.moment(viewer, each.starts_at),
            end=formats.clock_after(viewer, each.starts_at, each.done_at),
        )
        for each in story.catch_up
    ]
    st.caption(" · ".join(said))


def _days(viewer: Viewer, words: LapseWords, story: LapseStory, as_of: datetime) -> None:
    """Day by day what happened, and what will happen if nothing is done."""
    _ = viewer.text
    lapsed = story.blocked_from <= as_of
    head = (
        _("What happens if nothing is done")
        if lapsed
        else _("What happens if nobody renews by {day}").format(
            day=formats.day(viewer, story.blocked_from.astimezone(viewer.zone).date())
        )
    )
    _head(viewer, head)
    rows = [
        {
            "when": ("✔" if event.at <= as_of else "▷")
            # Where there is little room, the sign stays beside its day.
            + "\N{NO-BREAK SPACE}"
            + formats.day(viewer, event.at.astimezone(viewer.zone).date()),
            "what": plain(words.happening(event)),
            "waiting": formats.estimate(viewer, event.orders_waiting),
        }
        for event in story.happenings
    ]
    named = {"when": _("Day"), "what": _("What happens"), "waiting": _("Orders waiting")}
    st.table(pd.DataFrame(rows).rename(columns=named), border="horizontal", hide_index=True)
    st.caption(_("✔ has happened · ▷ is to come"))


def _inputs(viewer: Viewer, story: LapseStory) -> None:
    words = effect_words.inputs(viewer)
    lines = [
        f":gray[{words[name]}:] {plain(effect_words.setting(viewer, name, value.value))} "
        f":gray[· {_how_known(viewer, value)}]"
        for name, value in story.inputs.items()
    ]
    st.markdown("  \n".join(lines))


def _how_known(viewer: Viewer, value: Input) -> str:
    _ = viewer.text
    if not value.measured:
        return _("assumed")
    if value.measured_at is None:
        return _("measured")
    day = formats.day(viewer, value.measured_at.astimezone(viewer.zone).date())
    return _("measured on {day}").format(day=day)
