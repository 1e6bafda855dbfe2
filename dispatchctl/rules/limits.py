"""When a limit that began at a given time is due, counted on the calendar, which alone knows holidays. Pure.

Times are epochs, days ordinals (see `rules.calendar`). A start is the time that counting begins: an appointment that
puts it off has been applied by the caller, as has the longest pause that counts. `rules.segments` tells the steps.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatchctl.policy.spans import Limit
from dispatchctl.rules.calendar import Calendar


class Pause(NamedTuple):
    """A stretch, `end` exclusive, in which the clock stands still; end None: it still does, and nothing bounds it."""

    start: int
    end: int | None
    reason: str


class Due(NamedTuple):
    """When a limit runs out; None while a pause without an end keeps that open.

    provisional: it rests on days that were not published yet.
    """

    at: int | None
    provisional: bool


def add_limit(calendar: Calendar, limit: Limit, start: int, pauses: Sequence[Pause] = ()) -> Due:
    """Return when `limit` is due, counted from `start`; a pause that begins at or after that time changes nothing.

    m, h: elapsed seconds. bm, bh: seconds of business. d, w, wd by `calendar.counting`:
    `civil-code` (Civil Code of the PRC, art. 201 to 203): the day of the start is not counted, the period ends with
    the business hours of its last day, and a last day that is no working day gives way to the next that is one.
    `elapsed`: the same wall time so many days later; for wd the start is first moved into working time.
    A day at whose close the clock is paused is not one of the days, nor can the period end on it.
    ValueError where business hours are asked of a calendar that has none.
    """
    if limit.by_clock:
        at = _add_seconds(calendar, limit, start, pauses)
        if at is None or not limit.in_business:
            return Due(at, False)
        # Due at 24:00 still belongs to the day that ends then.
        return Due(at, not calendar.is_published(calendar.day_of(at - 1)))
    at, day = _add_days(calendar, limit, start, ())
    ended: list[Pause] = []
    for pause in sort_pauses(pauses) if pauses else ():
        if pause.start >= at:
            break
        if pause.end is None:
            return Due(None, False)
        ended.append(pause)
        at, day = _add_days(calendar, limit, start, ended)
    rests_on_days = limit.unit == "wd" or calendar.counting == "civil-code"
    return Due(at, rests_on_days and not calendar.is_published(day))


def remaining_days(calendar: Calendar, limit: Limit, start: int, now: int, pauses: Sequence[Pause] = ()) -> int | None:
    """Return the days of a d, w or wd limit that are still to count at `now`; None for the other units.

    A day has counted once its close is reached. A last day that only gives way to a working day leaves 0.
    """
    if limit.by_clock:
        return None
    left = number_of_days(limit)
    day = first_day(calendar, limit, start)[0] + 1
    while left and calendar.close_of(day) <= now:
        left -= counts_day(calendar, limit, day, pauses)
        day += 1
    return left


def number_of_days(limit: Limit) -> int:
    """Return how many days a d, w or wd limit counts; of a week, seven."""
    return limit.number * 7 if limit.unit == "w" else limit.number


def first_day(calendar: Calendar, limit: Limit, start: int) -> tuple[int, int]:
    """Return the day and the wall second of it that a d, w or wd limit counts from; that day is not one of its days.

    Only a wd limit that counts `elapsed` differs from the start: one on a day off begins on the next working day at the
    same time of day, and one (then) after the cut-off at the next working day's opening.
    """
    day, second = calendar.read_local(start)
    if limit.unit != "wd" or calendar.counting == "civil-code":
        return day, second
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    if calendar.cut_off is not None and second > calendar.cut_off:
        day = calendar.next_working_day(day)
        second = calendar.read_local(calendar.open_of(day))[1]
    return day, second


def counts_day(calendar: Calendar, limit: Limit, day: int, pauses: Sequence[Pause]) -> bool:
    """Tell whether `day`, after the first, is one of the days of a d, w or wd limit."""
    if limit.unit == "wd" and not calendar.is_working_day(day):
        return False
    return not pauses or find_pause(calendar, day, pauses) is None


def find_pause(calendar: Calendar, day: int, pauses: Sequence[Pause]) -> Pause | None:
    """Return the first pause that is on at the close of `day`: begun by then, and not over before or at that moment."""
    close = calendar.close_of(day)
    for pause in pauses:
        if pause.start <= close and (pause.end is None or close < pause.end):
            return pause
    return None


def sort_pauses(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses that take any time, by their start."""
    return sorted(
        (pause for pause in pauses if pause.end is None or pause.start < pause.end), key=lambda pause: pause.start
    )


def _add_seconds(calendar: Calendar, limit: Limit, start: int, pauses: Sequence[Pause]) -> int | None:
    left, at = limit.seconds, start
    for pause in sort_pauses(pauses) if pauses else ():
        if pause.start > at:
            ran = _measure(calendar, limit, at, pause.start)
            if ran >= left:
                break
            left -= ran
        if pause.end is None:
            return None
        at = max(at, pause.end)
    return calendar.add_business(at, left) if limit.in_business else at + left


def _measure(calendar: Calendar, limit: Limit, a: int, b: int) -> int:
    return calendar.business_seconds(a, b) if limit.in_business else b - a


def _add_days(calendar: Calendar, limit: Limit, start: int, pauses: Sequence[Pause]) -> tuple[int, int]:
    """Return the due time and its day, with `pauses` that all have an end."""
    day, second = first_day(calendar, limit, start)
    left = number_of_days(limit)
    if limit.unit == "wd" or pauses:
        while left:
            day += 1
            left -= counts_day(calendar, limit, day, pauses)
    else:
        day += left
    if calendar.counting == "elapsed":
        return calendar.find_epoch(day, second), day
    while not calendar.is_working_day(day) or (pauses and find_pause(calendar, day, pauses)):
        day += 1
    return calendar.close_of(day), day
