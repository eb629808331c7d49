"""``python -m amazon_stand_in``: start the local Amazon on this machine, and for it only."""

import argparse
from collections.abc import Sequence

import uvicorn

from amazon_stand_in.application import create_app

# There is no option for another address: it hands out tokens to whoever asks.
HOST = "127.0.0.1"
PORT = 8502


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m amazon_stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"default {PORT}")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a switch, as on the page /stand-in/; may be repeated. "
        "Example: --set login_uri=http://127.0.0.1:8501/amazon/login",
    )
    read = parser.parse_args(arguments)
    read.settings = dict(each.partition("=")[::2] for each in read.set)
    return read


def main() -> None:
    """Serve until interrupted. Exits with a sentence if a switch is wrong."""
    read = options()
    try:
        app = create_app(**read.settings)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    print(f"Not Amazon: a local stand-in. Switches: http://{HOST}:{read.port}/stand-in/")
    # No access log: consent links carry a state.
    uvicorn.run(app, host=HOST, port=read.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
