"""Where the accounts come from: how old the data of each source is, and what its last reading
failed of."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from data_access.freshness import Freshness
from pages.parts import formats
from pages.parts.formats import plain
from pages.parts.viewer import Viewer


def data_sources(viewer: Viewer, sources: Sequence[Freshness], as_of: datetime) -> None:
    """Draws a line for each source, and below it the failure of its last reading."""
    _ = viewer.text
    st.header(_("Sources"), anchor=False)
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
