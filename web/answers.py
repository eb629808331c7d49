"""How the seller's pages are made: templates, texts, and a page for whatever goes wrong."""

from collections.abc import Awaitable, Callable
from functools import wraps

import structlog
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from data_access.database import DatabaseAway
from data_access.failures import where
from data_access.seller_view import SellerView
from data_access.settings import settings
from web.rendering import rendered
from web.speaking import Speech, speech_for

Handler = Callable[[Request], Awaitable[Response]]
log = structlog.get_logger()


class Notice(Exception):
    """Instead of the page that was asked for, a plain one that says why, and the way on.

    name    which notice; the key in web/notices.py
    status  the HTTP status
    speech  how to speak, where it is known; else as the browser asks
    values  what the sentences name
    """

    def __init__(
        self, name: str, status: int, speech: Speech | None = None, **values: object
    ) -> None:
        super().__init__(name)
        self.name, self.status, self.speech, self.values = name, status, speech, values


def page(template: str, speech: Speech, status: int = 200, **values: object) -> HTMLResponse:
    """A rendered page. Templates get `_` and `n_` for texts, `speech`, and the settings' names."""
    text = rendered(
        template,
        _=_translating(speech),
        n_=_counting(speech),
        speech=speech,
        application=settings().application_name,
        support_email=settings().support_email,
        demo=settings().mode == "demo",
        languages=speech.offered(),
        **values,
    )
    return HTMLResponse(text, status)


def answered(handler: Handler) -> Handler:
    """Lets nothing out of a route but pages: an exception would be answered outside the
    middleware, without its headers."""

    @wraps(handler)
    async def safe(request: Request) -> Response:
        from web.notices import notice_page

        try:
            return await handler(request)
        except Notice as notice:
            return notice_page(request, notice)
        except DatabaseAway:
            log.error("page.database_away", page=handler.__name__)
            return notice_page(request, Notice("away", 503))
        except Exception as error:
            log.error("page.failed", page=handler.__name__, **where(error))
            return notice_page(request, Notice("broken", 500))

    return safe


def speech_of(request: Request, view: SellerView) -> Speech:
    """How to speak to the seller of an account."""
    return speech_for(request, view.language, view.time_zone)


def _translating(speech: Speech) -> Callable[..., Markup]:
    def translate(message: str, **values: object) -> Markup:
        text = Markup.escape(speech.texts.gettext(message))
        # Markup escapes what it takes in.
        return text % values if values else text

    return translate


def _counting(speech: Speech) -> Callable[..., Markup]:
    def translate(one: str, many: str, number: int, **values: object) -> Markup:
        text = Markup.escape(speech.texts.ngettext(one, many, number))
        return text % {"number": number, **values}

    return translate
