"""The end of the menu: who one is, and the way out."""

from streamlit.testing.v1 import AppTest

from data_access.database import DatabaseAway
from pages.parts import viewer_menu
from tests.forgetting import forget
from tests.signing_in import WITH_LOGIN


def menu() -> None:
    """Draws it for Anna."""
    from zoneinfo import ZoneInfo

    from pages.parts.viewer import Viewer
    from pages.parts.viewer_menu import viewer_menu
    from rules.acts import Role

    viewer_menu(Viewer("anna@vendor.example", Role.AGENT, "en", "en", ZoneInfo("UTC")))


def test_who_can_not_be_signed_out_is_told(at_desk):
    def away() -> None:
        raise DatabaseAway("locked")

    for name, value in WITH_LOGIN.items():
        at_desk.setenv(name, value)
    forget()
    at_desk.setattr(viewer_menu, "sign_out", away)
    page = AppTest.from_function(menu).run()
    page.button(key="sign_out").click().run()
    assert not page.exception
    assert "Nothing was changed" in page.toast[0].value
