"""The accounts whose lapse costs most: why, what it costs by the slider's day, a renew link."""

from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access.export import export_path
from pages.parts import effect_words, formats, statuses
from pages.parts.account_table import ROW_HEIGHT, hidden_columns, row_link
from pages.parts.effect_data import Effect
from pages.parts.effect_scenarios import choose
from pages.parts.listing import export_buttons
from pages.parts.opening import open_column
from pages.parts.viewer import Viewer
from rules.authorization import Status
from rules.harm import reasons_in


def worst(viewer: Viewer, effect: Effect) -> None:
    """Draws the table; selected rows can become the scenario of the selected."""
    _ = viewer.text
    rows = effect.worst()
    until = formats.day(viewer, effect.view.until.date())
    st.header(_("Whom to call first"), anchor=False)
    if rows.empty:
        st.info(_("None of these accounts can lapse."), icon=":material/task_alt:")
        return
    st.caption(
        _(
            "The {n} with the most harm to avoid: loss a day × chance that the seller does not "
            "renew unaided × days blocked within 30 days. Figures until {day} if nobody renews."
        ).format(n=len(rows), day=until)
    )
    # The rows are part of the key, so that a selected row never means another account.
    key = f"worst-{hash(tuple(rows['id']))}"
    shown = table_of(viewer, rows, effect)
    chosen = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_order=[column for column in shown.columns if column not in hidden_columns(viewer)],
        row_height=ROW_HEIGHT,
        height=min(len(rows), 12) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_columns(viewer, key, list(rows["id"]), until),
        alt=_("Whom to call first"),
        placeholder="–",
    )
    picked = [int(rows.iloc[n]["id"]) for n in chosen["selection"]["rows"] if n < len(rows)]
    _below(viewer, effect, picked)


def table_of(viewer: Viewer, rows: pd.DataFrame, effect: Effect) -> pd.DataFrame:
    """The rows in words."""
    _ = viewer.text
    words = effect_words.reasons(viewer)
    as_of = effect.view.as_of
    return pd.DataFrame(
        [
            {
                "seller": row.seller_name,
                "status": [statuses.label(viewer, Status(row.status))],
                "why": why(viewer, row, words),
                "renew": row_link(viewer, row),
                "open": ":material/arrow_forward: " + _("Open"),
                "blocked": _blocked(viewer, row.blocked_from.to_pydatetime(), as_of),
                "loss": formats.money(viewer, row.loss_per_day),
                "orders": formats.estimate(viewer, row.orders_not_imported),
                "money": formats.money(viewer, row.money_unseen),
                "late": formats.estimate(viewer, row.orders_late),
                "mark": _mark(viewer, row),
                "back": _minutes(viewer, row.catch_up_minutes) if row.blocked_days > 0 else "–",
                "profile": _("partly assumed") if row.assumed else _("measured"),
            }
            for row in rows.itertuples()
        ]
    )


def why(viewer: Viewer, row: Any, words: dict) -> str:
    """The reasons of a row in words."""
    said = [words[reason] for reason in reasons_in(row.reasons)]
    if said:
        return ", ".join(said)
    _ = viewer.text
    return _("lapses within 30 days") if row.score else _("does not lapse within 30 days")


def _blocked(viewer: Viewer, at: datetime, as_of: datetime) -> str:
    day = formats.day(viewer, at.astimezone(viewer.zone).date())
    return f"{day} · {formats.ago(viewer, at, as_of)}"


def _mark(viewer: Viewer, row: Any) -> str:
    known = [at for at in (row.late_mark_10_at, row.late_mark_30_at, row.cancellation_mark_at)]
    known = [at.to_pydatetime() for at in known if not pd.isna(at)]
    if not known:
        return viewer.text("never")
    return formats.day(viewer, min(known).astimezone(viewer.zone).date())


def _minutes(viewer: Viewer, minutes: float) -> str:
    _, plural = viewer.text, viewer.plural
    if minutes < 120:
        n = max(round(minutes), 1)
        return plural("{n} minute", "{n} minutes", n).format(n=n)
    n = round(minutes / 60)
    return plural("{n} hour", "{n} hours", n).format(n=formats.number(viewer, n))


def _columns(viewer: Viewer, key: str, ids: list[int], until: str) -> dict:
    _ = viewer.text
    text = st.column_config.TextColumn
    number = partial(text, alignment="right")
    return {
        # So wide that Streamlit lets it go along on a phone, where it would take half of the table.
        "seller": text(_("Seller"), width=240, pinned=True),
        "status": statuses.column(viewer),
        "why": text(_("Why here"), width=270),
        "renew": st.column_config.LinkColumn(
            _("Renew link"), display_text=_("Renew") + " ↗", width=112
        ),
        "open": open_column(_("Account"), key, ids, width=90),
        "blocked": text(_("Blocked from"), width=190),
        "loss": number(
            _("Loss a day ≈"),
            width=105,
            help=_(
                "Value of a day's orders that the seller ships and does not handle by hand; of "
                "what Amazon ships, a tenth."
            ),
        ),
        "orders": number(_("Orders by {day} ≈").format(day=until), width=205),
        "money": number(_("Money in them ≈"), width=130),
        "late": number(_("Of them late ≈"), width=120),
        "mark": text(
            _("First mark passed ≈"),
            width=185,
            help=_("4% late shipments over 10 or 30 days, or 2.5% cancellations over 7 days."),
        ),
        "back": number(
            _("Catching up ≈"),
            width=115,
            help=_("After a renewal on that day, under Amazon's limits: stock, orders, prices."),
        ),
        "profile": text(_("Profile"), width=120),
    }


def _below(viewer: Viewer, effect: Effect, picked: list[int]) -> None:
    """What to do with selected rows, and the export of all."""
    _, plural = viewer.text, viewer.plural
    with st.container(horizontal=True, vertical_alignment="center", key="below_worst"):
        if picked:
            label = plural(
                "What if the {n} selected renews?", "What if the {n} selected renew?", len(picked)
            )
            st.button(
                label.format(n=len(picked)),
                icon=":material/fork_right:",
                key="choose",
                on_click=choose,
                args=(picked,),
            )
        else:
            st.caption(_("Select rows to see what their renewal changes."), width="content")
        st.space("stretch")
        st.caption(_("Export all, in this order:"), width="content")
        export_buttons(
            viewer,
            lambda kind: export_path(
                kind,
                effect.wanted,
                effect.view.as_of,
                viewer.name,
                table="sync-effect",
                until=effect.view.last,
            ),
        )
