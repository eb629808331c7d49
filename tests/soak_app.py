"""The desk without its screens: what sellers and Amazon reach, and the work in the background.

SOAK_LEASE_SECONDS: how long an exchange counts as under way; the desk's own minute is long for a
test in which processes are killed all the time.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta

from starlette.applications import Starlette

from rules import renewal
from web.background import background
from web.middleware import MIDDLEWARE
from web.routes import ROUTES

if "SOAK_LEASE_SECONDS" in os.environ:
    renewal.LEASE = timedelta(seconds=float(os.environ["SOAK_LEASE_SECONDS"]))


@contextlib.asynccontextmanager
async def working(_app: Starlette) -> AsyncIterator[None]:
    """As web.lifespan, but a killed process is back at once: no screen is warmed up."""
    task = asyncio.create_task(background.run())
    yield
    task.cancel()


app = Starlette(routes=ROUTES, middleware=MIDDLEWARE, lifespan=working)
