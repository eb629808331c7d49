"""A page that the token database kept waiting comes back by itself."""

from data_access.database import make_engine
from data_access.migrate import migrate
from tests.bench.servers import desk
from tests.web.speaking_streamlit import Tab, open_tab


def look(tab: Tab) -> bytes:
    """Lets the part of the page run that looks for the database; what that draws."""
    tab.ask(tab.looks())
    return tab.until_finished()


def test_a_page_comes_back_with_the_database(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.sqlite'}"
    with desk(url) as (address, _), open_tab(address, {}) as tab:
        assert b"does not answer" in tab.run()
        look(tab)
        engine = make_engine(url)
        migrate(engine)
        engine.dispose()
        assert b"manage.py import" not in look(tab)
        assert b"manage.py import" in tab.until_finished()
