"""A local Amazon: consent pages, LWA token endpoint and three SP-API operations, for trying out.

Start it with ``python -m amazon_stand_in --port 8502`` or ``uvicorn amazon_stand_in:app``.
It speaks Amazon's protocol closely enough that an independent SP-API client works against it, and
says on every page that it is not Amazon. It keeps everything in memory and imports nothing of the
desk.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = ["app", "create_app"]

app: "Starlette"


def __getattr__(name: str):
    # Made on first use, so that importing a part (a helper, a test) starts nothing.
    if name in ("app", "create_app"):
        from amazon_stand_in.application import create_app

        globals()["create_app"] = create_app
        if name == "app":
            globals()["app"] = create_app()
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
