"""Pressing everything that a screen offers or would refuse, dialogs that open included."""

import json
from collections.abc import Iterator

from tests.web.speaking_streamlit import Tab

MOST_PRESSES = 150
ROW_ONE = json.dumps({"selection": {"rows": [0], "columns": [], "cells": []}})
WORD = {"string_value": "attack"}


def press_everything(tab: Tab, page: str, query: str) -> list[str]:
    """Fills in and selects what there is, then presses each button once; the widgets pressed.

    A browser does not send what is disabled; an attacker does.
    """
    tab.run(page, query)
    # What is drawn for a selected row is drawn by the second run.
    tab.run(page, query, **_filled_in(tab))
    pressed: list[str] = []
    while len(pressed) < MOST_PRESSES:
        if not (left := _left(tab, pressed)):
            # News may have begun to draw the screen anew while it was read.
            tab.run(page, query, **_filled_in(tab))
            left = _left(tab, pressed)
        if not left:
            break
        widget, option = left[0]
        pressed.append(widget + option)
        trigger = {"string_trigger_value": option} if option else {"trigger_value": True}
        tab.run(page, query, **_filled_in(tab), **{widget: trigger})
    return pressed


def _left(tab: Tab, pressed: list[str]) -> list[tuple[str, str]]:
    return [each for each in _presses(tab) if "".join(each) not in pressed]


def _filled_in(tab: Tab) -> dict[str, dict[str, object]]:
    filled = {each.id: WORD for kind in ("text_input", "text_area") for each in tab.drawn(kind)}
    # What can be ticked is ticked, and what opens is open.
    switches = [each for kind in ("checkbox", "popover", "expandable") for each in tab.drawn(kind)]
    filled |= {each.id: {"bool_value": True} for each in switches if each.id}
    tables = [each for each in tab.drawn("dataframe") if each.id and each.selection_mode]
    filled |= {each.id: {"string_value": ROW_ONE} for each in tables}
    # Who holds the account is the one choice that acts; filters would only hide the buttons.
    owners = [each for each in tab.drawn("selectbox") if "-owner-" in each.id]
    return filled | {each.id: WORD for each in owners}


def _presses(tab: Tab) -> Iterator[tuple[str, str]]:
    # All but what would end the session that presses.
    for button in tab.drawn("button"):
        if "sign_out" not in button.id and "-end_" not in button.id:
            yield button.id, ""
    for menu in tab.drawn("menu_button"):
        yield from ((menu.id, option) for option in menu.options)
    for table in tab.drawn("dataframe"):
        for widget in table.button_click_widgets.values():
            yield widget, json.dumps({"row": 0, "label": ""})
