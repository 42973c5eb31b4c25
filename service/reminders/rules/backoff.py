"""How long to wait before asking Twilio again, after an answer that says the message was not sent."""

from __future__ import annotations

FIRST = 1.0
LONGEST = 300.0
# Ten doublings reach far past the longest wait; more would only grow a number that nobody uses.
MOST_DOUBLINGS = 10
# A Retry-After beyond this is an error somewhere: we look again within the hour.
LONGEST_ASKED = 3600.0


def wait(failures: int, chance: float, asked: float | None = None) -> float:
    """Seconds to wait after so many `failures` in a row (1 is the first), spread by `chance` from 0 to 1.

    Doubles from one second to five minutes; half of each step is chance, so that workers do not all come back at
    once. Never less than what the answer `asked` for (its Retry-After, in seconds)."""
    step = min(LONGEST, FIRST * 2.0 ** min(max(failures, 1) - 1, MOST_DOUBLINGS))
    ours = step / 2 + step / 2 * min(max(chance, 0.0), 1.0)
    if asked is None:
        return ours
    at_least = min(max(asked, 0.0), LONGEST_ASKED)
    return max(ours, at_least + FIRST * chance if at_least else 0.0)
