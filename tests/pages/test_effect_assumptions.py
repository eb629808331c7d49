"""What is assumed about a shop is changed on the screen of what lapses cost."""

import pytest
from sqlalchemy import select

from data_access import demo
from data_access.assumptions import assumptions_in_force
from data_access.database import reading
from data_access.schema import event
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page
from tests.pages.effect import number


def test_an_assumption_shows_what_moves_before_it_is_kept(empty_desk):
    demo.fill(40, 2, NOW, of=empty_desk)
    page = open_page("sync_effect")
    page.session_state["assumptions"] = True
    page.run()
    page.number_input(key="assume_orders_per_day_10.0").set_value(30.0).run()
    moved = page.table[1].value
    assert "Orders waiting" in moved.index
    assert "Accounts blocked" not in moved.index
    assert number(moved.loc["Orders waiting", "then"]) > number(moved.loc["Orders waiting", "now"])
    assert assumptions_in_force(empty_desk).values.orders_per_day == 10
    page.button(key="keep_assumptions").click().run()
    assert not page.exception
    assert assumptions_in_force(empty_desk).values.orders_per_day == 30
    with reading(empty_desk) as connection:
        kinds = connection.scalars(select(event.c.kind).where(event.c.actor == "demo")).all()
    assert "assumption_set" in kinds
    page.button(key="reset_orders_per_day").click().run()
    assert assumptions_in_force(empty_desk).values.orders_per_day == 10


@pytest.mark.parametrize(
    ("field", "value", "language", "sentence"),
    [
        ("orders_per_day_10.0", 2e9, "en", "Orders a day: a number from 0 to 1,000,000,000."),
        ("stock_per_offer_5", 2.5, "de", "je Angebot: eine ganze Zahl von 0 bis 200."),
        ("application_calls_per_second_None", 0.0, "de", "zusammen: 0,01 oder mehr."),
    ],
)
def test_an_assumption_that_cannot_be_says_what_can(
    demo_desk, at_desk, field, value, language, sentence
):
    at_desk.setenv("DESK_LANGUAGE", language)
    forget()
    page = open_page("sync_effect")
    page.session_state["assumptions"] = True
    page.run()
    page.number_input(key=f"assume_{field}").set_value(value).run()
    assert page.error[0].value.endswith(sentence)
    assert not [button for button in page.button if button.key == "keep_assumptions"]
