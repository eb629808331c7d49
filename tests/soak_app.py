"""The desk without its screens: what sellers and Amazon reach, and the work in the background."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from web.background import background
from web.middleware import MIDDLEWARE
from web.routes import ROUTES


@contextlib.asynccontextmanager
async def working(_app: Starlette) -> AsyncIterator[None]:
    """As web.lifespan, but a killed process is back at once: no screen is warmed up."""
    task = asyncio.create_task(background.run())
    yield
    task.cancel()


app = Starlette(routes=ROUTES, middleware=MIDDLEWARE, lifespan=working)
