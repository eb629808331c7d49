"""The ASGI program: who may come in, what trouble they meet, then the routes."""

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from amazon_stand_in import consent, control, lwa, manage_apps, pages, sp_api
from amazon_stand_in.faults import Faults
from amazon_stand_in.hosts import AmazonHost, Loopback
from amazon_stand_in.stand_in import StandIn


def create_app(stand_in: StandIn | None = None, **settings: Any) -> Starlette:
    """The stand-in as an ASGI application; ``app.state.stand_in`` is its memory.

    ``settings`` are those of ``Switches`` and, for tests, ``clock`` and ``chance``. Raises
    ValueError, with a sentence for the person, for a setting that does not exist or is wrong.
    """
    stand_in = stand_in or StandIn(**settings)
    app = Starlette(
        routes=[
            *pages.ROUTES,
            *consent.ROUTES,
            *manage_apps.ROUTES,
            *lwa.ROUTES,
            *sp_api.ROUTES,
            *control.ROUTES,
        ],
        middleware=[
            Middleware(Loopback),
            Middleware(AmazonHost),
            Middleware(Faults, stand_in=stand_in),
        ],
    )
    app.state.stand_in = stand_in
    return app
