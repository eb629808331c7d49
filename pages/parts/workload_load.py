"""The load in figures, what is assumed of it, and the cliffs by name."""

from dataclasses import asdict

import streamlit as st

from data_access.export import export_path
from data_access.workload import expiring_between, keep_effort
from pages.parts import formats
from pages.parts.allowed import only
from pages.parts.failures import pressed
from pages.parts.places import ACCOUNTS
from pages.parts.url import query_of
from pages.parts.viewer import Viewer
from pages.parts.workload_data import Plan
from rules.account_filter import AccountFilter
from rules.acts import Act
from rules.cliffs import Cliff
from rules.workload import RANGES, Effort

FIELD = "effort_"
STEPS = {"needing_help": 0.05, "contacts_each": 0.5, "minutes_each": 1.0, "hours_a_week": 1.0}
SHOWN_WEEKS = 4


def load_figures(viewer: Viewer, plan: Plan) -> None:
    """This week, the four weeks ahead, the highest week: accounts, contacts, people."""
    _, plural = viewer.text, viewer.plural
    accounts = [int(n) for n in plan.ahead.weeks["accounts"]]
    highest = accounts.index(max(accounts))
    tiles = [
        (_("Until Sunday"), accounts[0], 1),
        (_("This week and the next three"), sum(accounts[:SHOWN_WEEKS]), SHOWN_WEEKS),
        (
            _("Highest week, from {day}").format(
                day=formats.short_day(viewer, plan.ahead.weeks["first"].iloc[highest])
            ),
            accounts[highest],
            1,
        ),
    ]
    with st.container(horizontal=True, gap="xsmall", key="tiles_wide_load"):
        for label, expiring, weeks in tiles:
            with st.container(border=True, gap=None):
                st.metric(
                    label,
                    plural("{n} account", "{n} accounts", expiring).format(
                        n=formats.number(viewer, expiring)
                    ),
                )
                st.caption(
                    _("≈ {contacts} contacts, **{people} people** (estimate)").format(
                        contacts=formats.number(viewer, plan.effort.contacts(expiring)),
                        people=people(viewer, plan.effort, expiring / weeks),
                    )
                )


def assumed(viewer: Viewer, effort: Effort) -> str:
    """The assumptions as one sentence, to stand beside every estimate."""
    return viewer.text(
        "Estimate: {share} of sellers need help × {contacts} contacts × {minutes} minutes "
        "÷ {hours} hours per person and week."
    ).format(
        share=formats.exact_percent(viewer, effort.needing_help),
        contacts=formats.decimal(viewer, effort.contacts_each),
        minutes=formats.decimal(viewer, effort.minutes_each),
        hours=formats.decimal(viewer, effort.hours_a_week),
    )


def people(viewer: Viewer, effort: Effort, accounts: float) -> str:
    """People needed for so many accounts a week, to a tenth."""
    return formats.decimal(viewer, round(effort.people(accounts), 1))


def tried_effort(in_force: Effort) -> Effort:
    """What the fields of the assumptions say; what is in force where they were not drawn yet."""
    values = {
        name: st.session_state.get(_field(name, value), value)
        for name, value in asdict(in_force).items()
    }
    return Effort(
        **{name: asdict(in_force)[name] if v is None else v for name, v in values.items()}
    )


def assumptions_and_export(viewer: Viewer, plan: Plan) -> None:
    """The assumptions beside the figures, to be tried and kept, and the weeks as a file."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(assumed(viewer, plan.effort), width="content")
        with st.popover(_("Change"), icon=":material/tune:", type="tertiary"):
            _fields(viewer, plan)
        st.link_button(
            _("Weeks as CSV"),
            export_path("csv", AccountFilter(), plan.as_of, viewer.name, "workload"),
            icon=":material/download:",
            type="tertiary",
            **only(viewer, Act.EXPORT),
        )


def _fields(viewer: Viewer, plan: Plan) -> None:
    _ = viewer.text
    words = {
        "needing_help": _("Share of sellers who need help"),
        "contacts_each": _("Contacts with each of them"),
        "minutes_each": _("Minutes for each contact"),
        "hours_a_week": _("Hours per person and week for contacts"),
    }
    for name, value in asdict(plan.in_force).items():
        low, high = RANGES[name]
        st.number_input(
            words[name],
            min_value=low,
            max_value=high,
            value=float(value),
            step=STEPS[name],
            format="%.2f" if name == "needing_help" else "%.4g",
            key=_field(name, value),
        )
    if not viewer.actor.may(Act.SET_ASSUMPTION):
        st.caption(_("Only to try: an admin keeps them for everybody."))
        return
    st.button(
        _("Keep for everybody"),
        icon=":material/save:",
        type="primary",
        key="keep_effort",
        disabled=not plan.is_tried,
        on_click=_keep,
        args=(viewer, plan.effort),
    )


def _field(name: str, in_force: float) -> str:
    # Another value in force is another field: a kept value is the new starting point.
    return f"{FIELD}{name}_{in_force}"


@pressed
def _keep(viewer: Viewer, effort: Effort) -> None:
    keep_effort(viewer.actor, effort, viewer.now())


def cliffs(viewer: Viewer, plan: Plan) -> None:
    """Each cliff with how far it stands out, where it comes from, and its list."""
    _ = viewer.text
    st.header(_("Cliffs"), anchor=False)
    if not plan.ahead.cliffs:
        st.caption(_("No day of the next 52 weeks stands out."))
        return
    for cliff in plan.ahead.cliffs:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_named(viewer, plan, cliff), width="content")
            st.page_link(
                ACCOUNTS,
                label=_("Open the list"),
                icon=":material/arrow_forward:",
                query_params=query_of(expiring_between(cliff.day, cliff.day)),
            )


def _named(viewer: Viewer, plan: Plan, cliff: Cliff) -> str:
    _, plural = viewer.text, viewer.plural
    said = "**{day}**: {n}, {times}".format(
        day=formats.day(viewer, cliff.day),
        n=plural("{n} account", "{n} accounts", cliff.accounts).format(
            n=formats.number(viewer, cliff.accounts)
        ),
        times=_("{times} times a usual day").format(
            times=formats.decimal(viewer, round(cliff.times, 1))
        ),
    )
    granted_on = plan.ahead.granted_on.get(cliff.day)
    if granted_on is None:
        return said + "."
    return (
        said + "; " + _("most were granted on {day}.").format(day=formats.day(viewer, granted_on))
    )
