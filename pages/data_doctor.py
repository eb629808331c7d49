"""Data: where the accounts come from, and what is odd about them."""

import pandas as pd
import streamlit as st

from data_access.doctor import ADVICE, NOT_TAKEN, examine
from data_access.freshness import freshness
from data_access.sources.proposals import LINE, PROPOSALS
from data_access.texts import retold
from pages.parts import formats
from pages.parts.failures import said_plainly
from pages.parts.formats import plain
from pages.parts.funnel import funnel
from pages.parts.job_runs import digest_runs, reminder_runs
from pages.parts.live import stop
from pages.parts.places import ACCOUNT
from pages.parts.viewer import require_viewer

EXAMPLES = 20

viewer = require_viewer()
_ = viewer.text
as_of = viewer.now()

st.title(_("Data"), anchor=False)
with said_plainly(viewer), st.spinner(_("Examining the accounts …")):
    sources = freshness()
    odd = examine(now=as_of, examples=EXAMPLES)
# What a source's reading said is kept in English.
kept = (*ADVICE.values(), *PROPOSALS.values(), LINE)
for column in ("place", "fix"):
    odd[column] = [retold(said, kept, _) for said in odd[column]]

st.subheader(_("Sources"), anchor=False)
if not sources:
    st.info(_("Nothing was imported or mirrored yet."), icon=":material/cloud_off:")
for source in sources:
    if source.read_at is None:
        age = _("never read completely")
    else:
        age = (
            f"{formats.moment_with_zone(viewer, source.read_at)} "
            f"({formats.ago(viewer, source.read_at, as_of)})"
        )
    st.markdown(f"**{plain(source.source)}** :gray[· {age}]")
    if source.failure:
        st.error(plain(source.failure), icon=":material/sync_problem:")

with said_plainly(viewer):
    reminder_runs(viewer)
    digest_runs(viewer, as_of)
    funnel(viewer, as_of)

st.subheader(_("What is odd"), anchor=False)
if odd.empty:
    st.success(_("Nothing is odd."), icon=":material/task_alt:")
    stop(viewer)
st.caption(
    _("Nothing is changed here: correct it in the source, and the next reading brings it in.")
)
for (what, count), lines in odd.groupby(["what", "count"], sort=False):
    sentence = _(what.removesuffix(NOT_TAKEN))
    if what.endswith(NOT_TAKEN):
        sentence += " " + _("Not taken.")
    with st.expander(f"**{formats.number(viewer, count)}** · {plain(sentence)}"):
        chosen = st.dataframe(
            lines[["account_id", "seller", "source", "place", "value", "fix"]],
            hide_index=True,
            key=f"odd-{what}",
            on_select="rerun",
            selection_mode="single-row",
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
            account_id = lines.iloc[row]["account_id"]
            if pd.notna(account_id):
                st.page_link(
                    ACCOUNT,
                    label=_("Open {seller}").format(seller=plain(lines.iloc[row]["seller"])),
                    icon=":material/arrow_forward:",
                    query_params={"id": str(int(account_id))},
                )
