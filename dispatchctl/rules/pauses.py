"""Which pauses stop a clock, by their reason, and for how long at most. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from dispatchctl.policy.spans import Limit
from dispatchctl.registers.assignments import OPEN
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.families import Case, Moment
from dispatchctl.rules.limits import Pause, add_limit

_NEVER = 1 << 60


class Stretch(NamedTuple):
    """A stretch of time, seconds; end None: it has not ended."""

    start: int
    end: int | None
    reason: str = ""


class Track:
    """What assignments were paused when and why, and when their leads were open, gathered moment by moment."""

    def __init__(self) -> None:
        self.pauses: dict[str, list[Stretch]] = {}
        self.open: dict[str, list[Stretch]] = {}
        self.any = False

    def note(self, moment: Moment, case: Case) -> None:
        """Take in one moment of the case itself or of one of the assignments under it."""
        if moment.register != "assignments":
            return
        if case.register == "orders" and moment.event == "assigned" and moment.row.fields.get("role") == "lead":
            self.open.setdefault(moment.case, []).append(Stretch(moment.at, None))
        elif moment.case in self.open:
            stretches = self.open[moment.case]
            if moment.state in OPEN and stretches[-1].end is not None:
                stretches.append(Stretch(moment.at, None))
            elif moment.state not in OPEN and stretches[-1].end is None:
                stretches[-1] = Stretch(stretches[-1].start, max(moment.at, stretches[-1].start))
        pauses = self.pauses.setdefault(moment.case, [])
        if moment.event == "paused":
            self.any = True
            pauses.append(Stretch(moment.at, None, moment.row.fields.get("reason", "")))
        elif pauses and pauses[-1].end is None and moment.state != "paused":
            pauses[-1] = Stretch(pauses[-1].start, max(moment.at, pauses[-1].start), pauses[-1].reason)

    def paused_since(self, case: Case) -> int | None:
        """Since when, at the end of what is known, the case is paused (itself, or every open lead under it)."""
        if case.register == "assignments":
            leads = [case.id]
        else:
            leads = [name for name, stretches in self.open.items() if stretches[-1].end is None]
        last = [self.pauses[name][-1] for name in leads if self.pauses.get(name)]
        if not last or len(last) < len(leads) or any(pause.end is not None for pause in last):
            return None
        return max(pause.start for pause in last)


def list_pauses(
    track: Track, case: Case, reasons: Mapping[str, Limit | None], calendar: Calendar, started: int
) -> list[Pause]:
    """The pauses that a clock with these reasons counts, in order, not before its start, each cut to its longest."""
    if case.register == "assignments":
        found = _bound(track.pauses.get(case.id, []), reasons, calendar)
    else:
        found = _common(track, reasons, calendar)
    return [
        Pause(max(pause.start, started), pause.end, pause.reason)
        for pause in found
        if pause.end is None or pause.end > max(pause.start, started)
    ]


def _bound(pauses: list[Stretch], reasons: Mapping[str, Limit | None], calendar: Calendar) -> list[Pause]:
    found = []
    for pause in pauses:
        if pause.reason not in reasons:
            continue
        longest = reasons[pause.reason]
        end = pause.end
        if longest is not None:
            bound = add_limit(calendar, longest, pause.start).at
            if bound is not None and (end is None or bound < end):
                end = bound
        if end is None or end > pause.start:
            found.append(Pause(pause.start, end, pause.reason))
    return found


def _common(track: Track, reasons: Mapping[str, Limit | None], calendar: Calendar) -> list[Pause]:
    """When at least one lead is open and every open lead is in a pause that counts."""
    paused = {name: _bound(track.pauses.get(name, []), reasons, calendar) for name in track.open}
    if not any(paused.values()):
        return []
    every: list[Stretch | Pause] = [each for stretches in track.open.values() for each in stretches]
    every += [each for pauses in paused.values() for each in pauses]
    marks = sorted({time for each in every for time in (each.start, _NEVER if each.end is None else each.end)})
    found: list[Pause] = []
    for start, end in pairwise(marks):
        leads = [name for name, stretches in track.open.items() if _covers(stretches, start) is not None]
        inside = [_covers(paused[name], start) for name in leads]
        if not leads or any(each is None for each in inside):
            continue
        reason = next(each.reason for each in inside if each is not None)
        until = None if end == _NEVER else end
        if found and found[-1].end == start and found[-1].reason == reason:
            found[-1] = Pause(found[-1].start, until, reason)
        else:
            found.append(Pause(start, until, reason))
    return found


def _covers(stretches: Sequence[Stretch | Pause], at: int) -> Stretch | Pause | None:
    for stretch in stretches:
        if stretch.start <= at and (stretch.end is None or at < stretch.end):
            return stretch
    return None
