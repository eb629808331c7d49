"""What a limit for the whole application adds when many sellers are renewed at once.

Buckets are per seller and application, so at first sellers do not slow each other down; Amazon
caps some operations for an application as a whole as well
(https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits).
"""

import numpy as np

from rules.day_numbers import Floats


def extra_seconds(calls: Floats, rate: float, burst: float, cap: float) -> Floats:
    """Seconds that each seller waits longer because all together make `cap` calls a second.

    calls: calls per seller, all starting now. rate, burst: the seller's own bucket, full now.
    The sellers who still have calls to make share the cap evenly, so the one with the fewest is
    through first, and the rest then have more each. Never negative.
    """
    order = np.argsort(calls, kind="stable")
    level = calls[order]
    reached = np.concatenate([[0.0], level[:-1]])
    still_calling = len(calls) - np.arange(len(calls))
    shared = still_calling / cap
    # Between two levels everybody who is left makes the same calls; the first `burst` of them
    # need no waiting for the own bucket.
    from_burst = np.minimum(level, burst) - np.minimum(reached, burst)
    beyond = level - reached - from_burst
    done = np.cumsum(from_burst * shared + beyond * np.maximum(1 / rate, shared))
    alone = np.maximum(level - burst, 0.0) / rate
    extra = np.empty_like(done)
    extra[order] = np.maximum(done - alone, 0.0)
    return extra
