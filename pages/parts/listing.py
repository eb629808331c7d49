"""What stands around the table: paging, what to do with a selection, export, the empty desk."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from data_access.account_list import LAST, ListedAccount, Page
from data_access.addresses import whole_address
from data_access.export import export_path
from data_access.mails import one_line
from data_access.overview import seller_languages
from data_access.settings import settings
from pages.parts import formats
from pages.parts.account_table import row_link
from pages.parts.allowed import only, refusal
from pages.parts.outreach_many import offer_selected
from pages.parts.paging import page_button
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act


def known_languages() -> list[str]:
    """The languages that sellers speak, as far as the token database knows."""
    return _languages(settings().database_url)


@st.cache_data(ttl="1m", max_entries=4, show_spinner=False)
def _languages(database_url: str) -> list[str]:
    # Looked up in the whole rollup, and next to never another: a new one may wait a minute.
    return seller_languages()


def pager(viewer: Viewer, page: Page, first_row: int, matching: int, size: int) -> None:
    """Which rows are shown of how many, and the pages before and after; `size`: rows of a page."""
    _ = viewer.text
    if page.after is None:
        # The last page is counted from the end, however one came to it.
        first_row = max(matching - len(page.accounts) + 1, 1)
    if page.before is None:
        first_row = 1
    last_row = first_row + len(page.accounts) - 1
    back, on = page.before is not None, page.after is not None
    shown = _("{first}–{last} of {matching}").format(
        first=formats.number(viewer, first_row),
        last=formats.number(viewer, last_row),
        matching=formats.number(viewer, matching),
    )
    row_before = first_row - size
    with st.container(horizontal=True, vertical_alignment="center"):
        page_button(_("First page"), "first_page", "first_page", back, None, 1, type="tertiary")
        page_button(_("Previous"), "chevron_left", "previous_page", back, page.before, row_before)
        st.caption(shown, width="content")
        page_button(_("Next"), "chevron_right", "next_page", on, page.after, last_row + 1)
        page_button(_("Last page"), "last_page", "last_page", on, LAST, matching, type="tertiary")


def selection_bar(viewer: Viewer, selected: list[ListedAccount]) -> None:
    """The renew links of the selected accounts, to copy in one go."""
    plural = viewer.plural
    if not selected:
        return
    if not viewer.may(Act.MAKE_LINK):
        st.caption(refusal(viewer, Act.MAKE_LINK))
        return
    lines = "\n".join(
        "\t".join(
            (
                # A seller's name begins no line, and no column, of its own.
                one_line(row.seller_name),
                f"{row.region} {row.marketplaces}",
                whole_address(row_link(viewer, row) or "–"),
            )
        )
        for row in selected
    )
    st.markdown(
        plural(
            "The renew link of {n} selected account:",
            "The renew links of the {n} selected accounts:",
            len(selected),
        ).format(n=len(selected))
    )
    st.code(lines, language=None, wrap_lines=False)
    offer_selected(viewer, [row.id for row in selected])


def export_links(viewer: Viewer, wanted: AccountFilter, as_of: datetime, matching: int) -> None:
    """Links that export exactly the accounts of the list, in its order."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("Export these {n} accounts, in this order, without tokens:").format(
                n=formats.number(viewer, matching)
            ),
            width="content",
        )
        export_buttons(viewer, lambda kind: export_path(kind, wanted, as_of, viewer.name))


def export_buttons(viewer: Viewer, path: Callable[[str], str]) -> None:
    """A button for each kind of file; path: what gives the address of a kind."""
    for kind, name in (("csv", "CSV"), ("xlsx", "Excel")):
        st.link_button(
            name,
            path(kind),
            icon=":material/download:",
            key=f"export_{kind}",
            **only(viewer, Act.EXPORT),
        )


def no_accounts(viewer: Viewer) -> None:
    """What to do with an empty token database."""
    _ = viewer.text
    st.info(_("The token database is empty. Bring in accounts with one of these:"))
    st.code(
        "python manage.py import FILE --mapping MAPPING.toml\n"
        "python manage.py mirror --source URL --mapping MAPPING.toml\n"
        "python manage.py demo",
        language="bash",
    )
