"""The table of the Today screen: who, why, what is agreed, and what to do, a row an account."""

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import effect_words, formats, outreach, statuses
from pages.parts.account_table import ROW_HEIGHT, hidden_columns, row_link
from pages.parts.agreed import due_word
from pages.parts.bulk_bar import Picked
from pages.parts.chosen import Chosen
from pages.parts.effect_worst import why
from pages.parts.opening import open_column
from pages.parts.plan_dialog import open_plan
from pages.parts.row_buttons import button_column
from pages.parts.today_data import WorkList
from pages.parts.viewer import Viewer
from rules.authorization import Status
from rules.calling import dialled

ROWS_SEEN = 12


def today_table(
    viewer: Viewer, work: WorkList, as_of: datetime, name: str, heading: str
) -> list[Picked]:
    """Draws the rows; returns those that are selected.

    name     of the list, so that a selected row never means an account of another one
    heading  what the list is to the viewer
    """
    rows = work.rows
    key = f"today-{name}-{hash(tuple(rows['id']))}"
    shown = table_of(viewer, rows, as_of)
    # Streamlit would read a + in what a link is shown as for a blank: this is shown as it stands.
    as_written = dict(zip(shown["phone"], rows["phone"], strict=True))
    event = st.dataframe(
        shown.style.format({"phone": as_written.get}, na_rep="–"),
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="multi-row",
        column_order=[column for column in shown.columns if column not in hidden_columns(viewer)],
        column_config=_columns(viewer, key, rows, as_of, room="agreed" not in shown),
        alt=heading,
        placeholder="–",
    )
    picked = [n for n in event["selection"]["rows"] if n < len(rows)]
    return list(rows.iloc[picked].itertuples(index=False))


def table_of(viewer: Viewer, rows: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """The rows in words; what is agreed only where anything is."""
    _ = viewer.text
    words = effect_words.reasons(viewer)
    table = pd.DataFrame(
        [
            {
                "seller": row.seller_name,
                "phone": _phone(row),
                "plan": _("Follow up"),
                "write": outreach.row_words(viewer),
                "open": _("Open"),
                "renew": row_link(viewer, row),
                "why": why(viewer, row, words),
                "left": formats.left(viewer, formats.known(row.expires_at), as_of),
                "loss": formats.money(viewer, row.loss_per_day),
                "status": [statuses.label(viewer, Status(row.status))],
                "owner": row.owner or "–",
                "agreed": _agreed(viewer, row) or "–",
            }
            for row in rows.itertuples()
        ]
    )
    return table if (table["agreed"] != "–").any() else table.drop(columns="agreed")


def _columns(viewer: Viewer, key: str, rows: pd.DataFrame, as_of: datetime, *, room: bool) -> dict:
    """All of them fit a desktop, so none needs to stay in sight; a phone begins with whom to call.

    room: whether there is some to tell the reasons in whole
    """
    _ = viewer.text
    text = st.column_config.TextColumn
    ids = list(rows["id"])
    names = dict(zip(ids, rows["seller_name"], strict=True))
    return {
        "seller": text(_("Seller"), width=150),
        "phone": st.column_config.LinkColumn(_("Phone"), width=120),
        "plan": button_column(
            _("Follow up"),
            key,
            "plan",
            ids,
            lambda account: _plan(account, names[account], as_of),
            width=80,
            type="tertiary",
            help=_("Note, promise, snooze"),
        ),
        "write": outreach.write_column(viewer, key, ids),
        "open": open_column(_("Account"), key, ids, width=64),
        "renew": st.column_config.LinkColumn(_("Renew"), display_text=_("Renew") + " ↗", width=80),
        "why": text(_("Why here"), width=300 if room else 190),
        "left": text(_("Days left"), width=100),
        "loss": text(_("Loss a day ≈"), width=110, alignment="right"),
        "status": statuses.column(viewer, width=106),
        "owner": text(_("Owner"), width=70),
        "agreed": text(_("Agreed"), width=125),
    }


def _phone(row: Any) -> str | None:
    """Where the number leads: what can be dialled to the telephone, anything else to the account,
    where it stands whole."""
    if number := dialled(row.phone):
        return f"tel:{number}"
    return f"/account?id={int(row.id)}" if row.phone.strip() else None


def _agreed(viewer: Viewer, row: Any) -> str:
    _, case = viewer.text, row.case
    if case is None or pd.isna(case):
        return ""
    said = []
    if case.promised_for is not None:
        day = formats.weekday(viewer, case.promised_for)
        said += [_("promised {day}").format(day=day), due_word(viewer, case)]
    if case.snoozed_until is not None:
        day = formats.moment(viewer, case.snoozed_until)
        said.append(_("snoozed until {day}").format(day=day))
    return ", ".join(filter(None, said))


def _plan(account: int, seller: str, as_of: datetime) -> None:
    open_plan(Chosen(1, as_of, (int(account),), title=seller))
