"""A time limit told step by step: of each stretch whether it counted and why, in agreement with `limits`. Pure.

The same counting as in `rules.limits`, which gives the due time alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dispatchctl.policy.spans import Limit
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.changes import Basis
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.limits import Pause, find_pause, first_day, number_of_days, sort_pauses


class Segment(NamedTuple):
    """A stretch from `start` to `end` (epochs, `end` exclusive), whether it counts, and the word that says why.

    Words: counted, before-from, paused:REASON, weekend, holiday:NAME, closed; of business time also night and break;
    of days also start-day and moved (waiting for a working day, at the end of a period or at its beginning); of a time
    that was not counted, granted; after changed facts before-change (the limit was begun anew) and not-before-change.
    """

    start: int
    end: int
    counts: bool
    why: str


Mark = tuple[int, bool, str]  # up to when, whether it counts, why; the next mark goes on from there


def explain_instance(one: Instance, now: int) -> list[Segment]:
    """The stretches from the start of a clock to its due time, or to `now` while that is open; they join up.

    What counts of them is the limit that decided; after changed facts that is not always the one in force.
    """
    basis = one.basis or Basis(
        None if one.fixed else one.variant, one.begins_at, one.begins_at, one.pauses, one.due_at, None
    )
    due = max(now if one.due_at is None else one.due_at, one.started_at)
    until = due if basis.until is None else min(max(basis.until, one.started_at), due)
    pieces: list[Segment] = []
    if basis.variant is None or basis.variant.limit is None:
        pieces.append(Segment(one.started_at, until, True, "granted" if one.extension == "granted" else "counted"))
    else:
        anew = basis.start > basis.begins
        early = one.started_at if basis.begins > one.started_at else None
        if anew:
            pieces += [
                Segment(one.started_at, min(basis.begins, until), False, "before-from"),
                Segment(min(basis.begins, until), min(basis.start, until), False, "before-change"),
            ]
            early = None
        limit, calendar = basis.variant.limit, basis.variant.calendar
        if basis.start < until:
            pieces += explain_limit(calendar, limit, basis.start, until, basis.pauses, early)
        elif early is not None:
            pieces.append(Segment(early, until, False, "before-from"))
    if until < due:
        pieces.append(Segment(until, due, False, "not-before-change"))
    return _join(piece for piece in pieces if piece.start < piece.end) or pieces[:1]


def explain_limit(
    calendar: Calendar,
    limit: Limit,
    start: int,
    until: int,
    pauses: Sequence[Pause] = (),
    before_from: int | None = None,
) -> list[Segment]:
    """Return what became of the time from `start` (or from an earlier `before_from`) to `until`, without a gap.

    `start` is when counting begins and `until` usually the due time, or now while that is open. Neighbours differ.
    """
    found: list[Segment] = []
    if before_from is not None and before_from < min(start, until):
        found.append(Segment(before_from, min(start, until), False, "before-from"))
    if limit.in_business:
        pieces = _lay_over(_cut_up(_mark_hours(calendar, start), start, until), pauses)
    elif limit.by_clock:
        pieces = _lay_over(_cut_up([(until, True, "counted")], start, until), pauses)
    else:
        pieces = _cut_up(_mark_days(calendar, limit, start, sort_pauses(pauses)), start, until)
    return _join([*found, *pieces])


def _cut_up(marks: Iterable[Mark], start: int, until: int) -> list[Segment]:
    pieces: list[Segment] = []
    at = start
    for end, counts, why in marks:
        if at >= until:
            break
        if end > at:
            pieces.append(Segment(at, min(end, until), counts, why))
            at = end
    return pieces


def _mark_hours(calendar: Calendar, start: int) -> Iterator[Mark]:
    day = calendar.day_of(start)
    while True:
        outside = "night"
        for number, (opens, closes) in enumerate(calendar.segments(day)):
            yield opens, False, "break" if number else "night"
            yield closes, True, "counted"
        if not calendar.segments(day):
            outside = calendar.why_closed(day) or "night"
        day += 1
        yield calendar.midnight(day), False, outside


def _mark_days(calendar: Calendar, limit: Limit, start: int, pauses: Sequence[Pause]) -> Iterator[Mark]:
    day = calendar.day_of(start)
    first, second = first_day(calendar, limit, start)
    while day < first:
        yield calendar.midnight(day + 1), False, calendar.why_closed(day) or "moved"
        day += 1
    civil = calendar.counting == "civil-code"
    if civil:
        yield calendar.midnight(day + 1), False, "start-day"
    else:
        yield calendar.find_epoch(day, second), False, "moved"
        yield calendar.midnight(day + 1), True, "counted"
    left = number_of_days(limit)
    waiting = False
    while True:
        day += 1
        working = calendar.is_working_day(day)
        pause = find_pause(calendar, day, pauses)
        why = "counted"
        if limit.unit == "wd" and not working:
            why = calendar.why_closed(day)
        elif pause is not None:
            why = f"paused:{pause.reason}"
        elif waiting:
            why, waiting = "moved", not working
        else:
            left -= 1
            waiting = civil and left == 0 and not working
        yield calendar.midnight(day + 1), why == "counted", why


def _lay_over(pieces: list[Segment], pauses: Sequence[Pause]) -> list[Segment]:
    """Return the pieces with the pauses in place of what they cover; where two overlap the earlier gives the reason."""
    for pause in sort_pauses(pauses):
        covered: list[Segment] = []
        for piece in pieces:
            first = max(piece.start, pause.start)
            last = piece.end if pause.end is None else min(piece.end, pause.end)
            if first >= last or piece.why.startswith("paused:"):
                covered.append(piece)
                continue
            parts = (
                piece._replace(end=first),
                Segment(first, last, False, f"paused:{pause.reason}"),
                piece._replace(start=last),
            )
            covered.extend(part for part in parts if part.start < part.end)
        pieces = covered
    return pieces


def _join(pieces: Iterable[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for piece in pieces:
        if joined and joined[-1][2:] == piece[2:]:
            joined[-1] = joined[-1]._replace(end=piece.end)
        else:
            joined.append(piece)
    return joined
