"""The command line of the desk: everything that is done to it from a terminal."""

import gc


def run() -> None:
    """Runs a command. What it loads is nearly all libraries, and stays: to look through them for
    garbage meanwhile, and to take them down in the end, is a third of a short command's time."""
    gc.disable()
    from web.command_line import main

    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    run()
