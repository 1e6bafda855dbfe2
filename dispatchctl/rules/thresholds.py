"""The moments around a due time: from when it is soon, and at which each level of urging is reached. Pure."""

from dispatchctl.policy.spans import Limit
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.limits import add_limit
from dispatchctl.rules.variants import Variant


def find_levels(variant: Variant, due: int | None) -> tuple[int, ...]:
    """From when on levels 2, 3, ... are reached: one interval of `urge` or `escalation.every` after another."""
    if due is None:
        return ()
    roles = variant.version.policy["escalation"]["roles"]
    found = []
    for step in range(1, len(roles) + 1):
        at = add_limit(variant.calendar, Limit(variant.urge.number * step, variant.urge.unit), due).at
        found.append(at if at is not None else due)
    return tuple(found)


def find_warning(variant: Variant, due: int | None) -> int | None:
    """From when on a running instance is "soon": `warn` before its due time, counted in the unit it is given in."""
    if due is None or variant.warn is None:
        return None
    return step_back(variant.calendar, variant.warn, due)


_SECONDS = {"m": 60, "h": 3600, "bm": 60, "bh": 3600, "d": 86400, "wd": 86400, "w": 604800}


def step_back(calendar: Calendar, limit: Limit, at: int) -> int:
    """The latest time from which the limit reaches `at`: seconds for m and h, business seconds for bm and bh,
    whole days for d and w, working days for wd.
    """
    seconds = limit.number * _SECONDS[limit.unit]
    if limit.unit in ("m", "h", "d", "w"):
        return at - seconds
    if limit.unit == "wd":
        day, left = calendar.day_of(at), limit.number
        while left:
            day -= 1
            left -= calendar.is_working_day(day)
        return calendar.midnight(day) + (at - calendar.midnight(calendar.day_of(at)))
    low, high = at - seconds, at
    while calendar.business_seconds(low, at) < seconds:
        low -= max(seconds, 86400)
    while low < high:
        middle = (low + high + 1) // 2
        if calendar.business_seconds(middle, at) >= seconds:
            low = middle
        else:
            high = middle - 1
    return low
