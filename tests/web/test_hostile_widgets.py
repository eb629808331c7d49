"""What a browser says stands in a widget may be anything."""

import pytest

from tests.signing_in import Guest, LoginDesk
from tests.web.speaking_streamlit import open_tab

SAID = ['{"selection": 7}', '{"selection": null}', "null", "7", "[]", '"selection"', "x", ""]


@pytest.mark.parametrize("said", SAID)
def test_what_is_no_selection_of_a_chart_is_none_and_breaks_nothing(login_desk: LoginDesk, said):
    agent = Guest(login_desk)
    agent.sign_in("anna")
    with open_tab(login_desk.url, agent.http.cookies) as tab:
        tab.run()
        (chart,) = tab.ids("plotly_chart")
        tab.seen.clear()
        tab.run("", "within=90", **{chart: {"string_value": said}})
        assert tab.ids("plotly_chart") and not tab.drawn("exception")
    with open_tab(login_desk.url, agent.http.cookies) as tab:
        # Before the chart is drawn for the first time.
        tab.run("", "", **{chart: {"string_value": said}})
        assert tab.ids("plotly_chart") == {chart} and not tab.drawn("exception")
