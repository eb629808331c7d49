"""What the sync of one account does, or what its lapse costs: to be read out."""

from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.account_detail import AccountDetail
from data_access.amounts import is_little
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
    """The three jobs, and the way back where they are blocked."""
    _ = viewer.text
    st.header(_("Sync"), anchor=False)
    _jobs(viewer, of, story, as_of)
    if story is not None and of in BLOCKING:
        _head(viewer, _("If it is renewed now"))
        st.markdown(plain(LapseWords(viewer.language, viewer.zone).way_back(story)))
        _clock(viewer, story)


def days_and_inputs(viewer: Viewer, story: LapseStory | None, as_of: datetime) -> None:
    """What happens on which day if nothing is done, and from what that is estimated."""
    if story is None:
        return
    _days(viewer, story, as_of)
    with st.expander(viewer.text("From what this is estimated"), icon=":material/calculate:"):
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
    value = story.effect[_WAITING[job]]
    # "< 1" is said of one.
    count = 1 if is_little(value) else round(value)
    plural = viewer.plural
    return {
        Job.PRICE: plural(
            "{about} offer with an outdated price", "{about} offers with an outdated price", count
        ),
        Job.STOCK: plural(
            "{about} offer with an outdated stock", "{about} offers with an outdated stock", count
        ),
        Job.ORDERS: plural("{about} order waits", "{about} orders wait", count),
    }[job].format(about=formats.about(viewer, value))


def _clock(viewer: Viewer, story: LapseStory) -> None:
    """When each job would be through, by the clock."""
    _ = viewer.text
    ends = [each.done_at for each in story.catch_up]
    moments = [formats.moment_with_zone(viewer, ends[0])]
    moments += [formats.clock_after(viewer, ends[0], end) for end in ends[1:]]
    said = [
        _("{job} until {end}").format(job=statuses.job(viewer, each.job).capitalize(), end=end)
        for each, end in zip(story.catch_up, moments, strict=True)
    ]
    st.caption(" · ".join(said))


def _days(viewer: Viewer, story: LapseStory, as_of: datetime) -> None:
    """Day by day what happened, and what will happen if nothing is done."""
    _ = viewer.text
    words = LapseWords(viewer.language, viewer.zone)
    lapsed = story.blocked_from <= as_of
    head = (
        _("What happens if nothing is done")
        if lapsed
        else _("What happens if nobody renews by {day}").format(
            day=formats.day(viewer, story.blocked_from.astimezone(viewer.zone).date())
        )
    )
    st.header(f"{head} :gray[· {_('an estimate')}]", anchor=False)
    rows = [
        {
            "when": ("✔" if event.at <= as_of else "▷")
            + "\N{NO-BREAK SPACE}"
            # Where there is little room, the day stays whole and the sign beside it.
            + formats.day(viewer, event.at.astimezone(viewer.zone).date()).replace(
                " ", "\N{NO-BREAK SPACE}"
            ),
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
