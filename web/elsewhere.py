"""An address that the desk does not have: a page that says so, and the way on.

Streamlit answers it with its frame, which says so in English whoever reads it, and from below
another address, as /account/7, finds none of its scripts and stays blank.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from web.access import is_visit
from web.sign_in import team_page
from web.sign_in_words import SignInWords, language_of
from web.streamlit_routes import STREAMLITS


async def nowhere(request: Request) -> Response:
    """GET of any address that nothing else answers."""
    return team_page("nowhere.html", SignInWords(language_of(request)), 404)


class Elsewhere(Route):
    """What a person goes to and no route before it has. Scripts and pictures ask Streamlit, which
    also takes a slash off the end of an address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Where it is for nobody, Streamlit's routes come next."""
        path = scope.get("path", "")
        if not is_visit(scope) or path.endswith("/") or path.startswith(STREAMLITS):
            return Match.NONE, {}
        return super().matches(scope)
