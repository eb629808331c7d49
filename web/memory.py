"""Memory that is no longer in use goes back to the system.

A simulation of a million accounts is worked out in arrays of eight megabytes. What they leave lies
between what is still in use, and there glibc keeps it for whoever asks next.
"""

import ctypes

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""Other C libraries than glibc have none and give back by themselves."""


def give_back() -> int:
    """Gives back what it can, in some milliseconds; 0, since nobody needs to hear of it."""
    if _trim is not None:
        _trim(0)
    return 0
