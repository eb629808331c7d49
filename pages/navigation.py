"""The script of every browser session: the frame, the menu, then the chosen page."""

import streamlit as st

from data_access.measures import rerun_timed
from pages.parts import places, presses
from pages.parts.banners import banners
from pages.parts.live import follow, know_the_latest
from pages.parts.viewer import require_viewer
from pages.parts.viewer_menu import viewer_menu

# Streamlit writes white on the primary colour, which in the dark is a light blue. It cuts off what
# is too long for the cell of a table: a mail address, where the letters are large. What follows the
# name of a row it sets left of its heading. And where there is no mouse it always shows the tools
# of a table, over what stands above. Of the link that the keyboard is on it says so by a shade of
# grey, and of a button whose box is open by one of blue, hardly read in the dark; the tools of a
# table, or of what can be copied, it shows to the mouse alone. What stands in a table it breaks
# into short lines, with room beside them; a table of figures is wider than a phone for the room
# between its columns. Tiles side by side it makes as wide as they are told to be, or wraps the last
# of them to be as wide as all others together; these fill their row, each like its neighbours.
STYLES = """<style>
[data-testid^="stBaseButton-primary"]:not(:disabled) * { color: light-dark(#ffffff, #060c10); }
[class*="st-key-pairs_"] [data-testid="stTable"] td * { overflow-wrap: anywhere; }
[data-testid="stTable"] td [data-testid="stMarkdownContainer"] { max-width: none; }
[data-testid="stTable"] thead + tbody th + td:first-of-type { padding-left: 1rem; }
@media (max-width: 640px) { [class*="st-key-figures_"] [data-testid="stTable"] :is(th, td) {
  padding-left: 0.25rem; padding-right: 0.25rem; hyphens: auto; } }
[data-testid="stPopoverButton"][kind="tertiary"][aria-expanded="true"] * {
  color: light-dark(#0b5c8a, #6cb6e0); }
:is([data-testid$="NavLink"], [data-testid="stElementToolbarButton"] button, [data-testid="stMain"]
  ):focus-visible { outline: 2px solid light-dark(#0b5c8a, #6cb6e0); outline-offset: -2px; }
[data-testid="stElementToolbar"]:focus-within, [data-testid="stCode"]:focus-within > div:has(
  > div > [data-testid="stElementToolbarButton"]) {
  opacity: 1; visibility: visible; transition: none; }
[class*="st-key-tiles_"] { display: grid; --tile: 9rem;
  grid-template-columns: repeat(auto-fit, minmax(min(var(--tile), 100%), 1fr)); }
[class*="st-key-tiles_wide_"] { --tile: 16rem; }
[class*="st-key-tiles_"] > * { min-width: 0; }
@media (hover: none) { [data-testid="stElementContainer"]:has([data-testid="stDataFrame"]) {
  margin-top: 2rem; } }
</style>"""

st.set_page_config(page_title="Renewal Desk", page_icon="🔁", layout="wide")
st.html(STYLES)
viewer = require_viewer()
_ = viewer.text

page = st.navigation(
    [
        st.Page(
            places.ACCOUNTS,
            title=_("Accounts"),
            icon=":material/storefront:",
            default=True,
        ),
        st.Page(places.TODAY, title=_("Today"), icon=":material/wb_sunny:", url_path="today"),
        st.Page(places.ACCOUNT, title=_("Account"), url_path="account", visibility="hidden"),
        st.Page(
            places.SYNC_EFFECT,
            title=_("Sync effect"),
            icon=":material/trending_down:",
            url_path="sync-effect",
        ),
        st.Page(
            places.WORKLOAD,
            title=_("Workload"),
            icon=":material/calendar_view_week:",
            url_path="workload",
        ),
        st.Page(
            places.MESSAGES,
            title=_("Messages"),
            icon=":material/mail:",
            url_path="messages",
        ),
        st.Page(
            places.DATA,
            title=_("Data"),
            icon=":material/fact_check:",
            url_path="data",
        ),
        st.Page(
            places.AUDIT,
            title=_("Audit trail"),
            icon=":material/history:",
            url_path="audit",
        ),
    ],
    position="top",
)
if st.session_state.get("screen") != page.url_path:
    st.session_state.screen = page.url_path
    presses.forget()
know_the_latest()
viewer_menu(viewer)
banners(viewer)
with rerun_timed(page.url_path):
    page.run()
follow(viewer)
