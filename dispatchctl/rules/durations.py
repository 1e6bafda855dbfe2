"""How long something took: a clock from its start to its stop, a case from one event to another. Pure.

Whole seconds, twice over: elapsed by the clock on the wall, counted as the desk counts its time.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.limits import Pause, sort_pauses

STATE = "state"
Word = tuple[str, str]  # (register or "state", event or state), as in the `start` of a clock


class Duration(NamedTuple):
    """until: when it ended, seconds. elapsed, counted: whole seconds, 0 or more."""

    until: int
    elapsed: int
    counted: int


def measure_instance(one: Instance) -> Duration | None:
    """From the start of a clock to what stopped it; None while it runs and where its case's end cut it short.

    counted: from where its limit counts (an appointment, say), without its pauses; in hours of business, but for a
    limit in m or h, which runs day and night.
    """
    if one.state != "stopped" or one.stopped_at is None:
        return None
    until, limit = one.stopped_at, one.variant.limit
    always = limit is not None and limit.by_clock and not limit.in_business
    count = _count_all if always else one.variant.calendar.business_seconds
    begins = min(max(one.begins_at, one.started_at), until)
    counted = count(begins, until) - _count_pauses(count, one.pauses, begins, until)
    return Duration(until, max(until - one.started_at, 0), max(counted, 0))


def _count_all(start: int, end: int) -> int:
    return end - start


def _count_pauses(count: Callable[[int, int], int], pauses: Iterable[Pause], begins: int, until: int) -> int:
    """What counted within the pauses, where several overlap once."""
    total, at = 0, begins
    for pause in sort_pauses(pauses):
        first, last = max(pause.start, at), until if pause.end is None else min(pause.end, until)
        if first < last:
            total += count(first, last)
            at = last
    return total


def measure_span(family: Family, case: Case, start: Word, end: Word, calendar: Calendar) -> Duration | None:
    """From the first `start` of a case to its last `end`, in hours of business where counted; None where one lacks.

    An end before the start is none.
    """
    starts, ends = (_list_times(family, case, word) for word in (start, end))
    first = min(starts, default=None)
    if first is None or max(ends, default=first - 1) < first:
        return None
    last = max(ends)
    return Duration(last, last - first, calendar.business_seconds(first, last))


def _list_times(family: Family, case: Case, word: Word) -> list[int]:
    """When it happened to the case, or to those that refer to it; a state of that name is as good as the event."""
    register, name = word
    if register in (STATE, case.register):
        kinds, cases = {register, STATE}, {case.id}
    else:
        kinds = {register}
        cases = {child.id for child in family.children.get(case.id, ()) if child.register == register}
    return [each.at for each in family.moments if each.case in cases and each.register in kinds and each.event == name]
