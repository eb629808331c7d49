"""What is odd about the accounts: its kinds, each to be opened, with examples and what to do."""

from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.doctor import ADVICE, NOT_TAKEN, examine
from data_access.sources.problems import NOT_SHOWN
from data_access.sources.proposals import LINE, PROPOSALS, VALUES
from data_access.texts import retold
from pages.parts import formats
from pages.parts.formats import plain
from pages.parts.places import ACCOUNT
from pages.parts.viewer import Viewer

EXAMPLES = 20


def odd_accounts(viewer: Viewer, as_of: datetime) -> pd.DataFrame:
    """What data_access.doctor finds; places, advice and what stands for a value in the viewer's
    words. Raises DatabaseAway."""
    odd = examine(now=as_of, examples=EXAMPLES)
    # What a source's reading said is kept in English.
    kept = (*ADVICE.values(), *PROPOSALS.values(), LINE)
    for column in ("place", "fix"):
        odd[column] = [retold(said, kept, viewer.text) for said in odd[column]]
    odd["value"] = [
        retold(said, (NOT_SHOWN, *VALUES.get(reason, ())), viewer.text)
        for said, reason in zip(odd["value"], odd["check"], strict=True)
    ]
    return odd


def oddities(viewer: Viewer, odd: pd.DataFrame) -> None:
    """Draws what odd_accounts found, or that nothing is odd."""
    _ = viewer.text
    st.header(_("What is odd"), anchor=False)
    if odd.empty:
        st.success(_("Nothing is odd."), icon=":material/task_alt:")
        return
    st.caption(
        _("Nothing is changed here: correct it in the source, and the next reading brings it in.")
    )
    for (what, count), lines in odd.groupby(["what", "count"], sort=False):
        _kind(viewer, what, count, lines)


def _kind(viewer: Viewer, what: str, count: int, lines: pd.DataFrame) -> None:
    _ = viewer.text
    sentence = _(what.removesuffix(NOT_TAKEN))
    if what.endswith(NOT_TAKEN):
        sentence += " " + _("Not taken.")
    with st.expander(f"**{formats.number(viewer, count)}** · {plain(sentence)}"):
        shown = lines[["account_id", "seller", "source", "place", "value", "fix"]]
        chosen = st.dataframe(
            shown,
            hide_index=True,
            key=f"odd-{what}",
            on_select="rerun",
            selection_mode="single-row",
            # A column in which nothing stands would push what to do out of sight.
            column_order=[name for name in shown if shown[name].replace("", pd.NA).notna().any()],
            column_config={
                "account_id": st.column_config.NumberColumn(_("Account"), width=80, format="%d"),
                "seller": st.column_config.TextColumn(_("Seller"), width=200),
                "source": st.column_config.TextColumn(_("Source"), width=120),
                "place": st.column_config.TextColumn(_("Where"), width=160),
                "value": st.column_config.TextColumn(_("Value"), width=220),
                "fix": st.column_config.TextColumn(_("What to do"), width=520),
            },
            alt=plain(sentence),
        )
        if count > len(lines):
            st.caption(
                _("The first {shown}; `python manage.py doctor --examples N` shows more.").format(
                    shown=len(lines)
                )
            )
        # A selection outlives a list that has become shorter.
        for row in (each for each in chosen["selection"]["rows"][:1] if each < len(lines)):
            _link(viewer, lines.iloc[row])


def _link(viewer: Viewer, line: pd.Series) -> None:
    if pd.notna(line["account_id"]):
        st.page_link(
            ACCOUNT,
            label=viewer.text("Open {seller}").format(seller=plain(line["seller"])),
            icon=":material/arrow_forward:",
            query_params={"id": str(int(line["account_id"]))},
        )
