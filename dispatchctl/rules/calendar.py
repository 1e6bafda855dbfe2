"""The working calendar: which days are working days, holidays and moved ones, and seconds of business. Pure.

Business time is counted by sums over local days: whole weeks by arithmetic, and a sorted list of the days that differ
from their weekday's pattern (days off, days on, days on which the clocks change). No answer costs more than a bisect.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from dispatchctl.rules.zone import ANCHOR_YEAR, BLOCK, DAY, Zone, new_year

Hours = Sequence[tuple[int, int]]
_LAST_YEAR = 9999
LAST_DAY = 3_652_059  # its 31 December, the last that can be printed
WEEKDAYS = (0, 1, 2, 3, 4)
_NO_YEARLY: Mapping[str, str] = MappingProxyType({})


class Calendar:
    """Working days and business hours of one desk; never changes, and costs little until it is asked.

    tz: IANA name. week: seven sequences of (from, to), Monday first, in wall seconds of the day (`to` at most 86400),
    in order and not overlapping; those of a day off by its weekday serve business time only. make_up: the hours of a
    day in `days_on`.
    days_off: day -> its public holiday, or "" for the desk's own day off; it has no hours, whatever its weekday.
    days_on: day -> name of a working day that its weekday doesn't make one. No day is in both.
    published_through: the last year whose days are known; later ones are the weekdays, the days listed, and
    yearly: "MM-DD" -> name of the public holidays of fixed date, which are days off of every later year too, from the
    year `yearly_from`, where `days_on` does not list them. counting: `civil-code` or `elapsed`. cut_off: wall second of
    the day, or None; counts for `elapsed` working days. working: the weekdays that are working days, 0 is Monday; at
    least one.
    """

    __slots__ = (
        "_covered", "_cuts_known", "_days", "_days_off", "_days_on", "_found", "_known_through", "_make_up",
        "_next_year", "_odd_days", "_odd_sums", "_sums", "_week", "_week_total", "_working", "_yearly", "_zone",
        "counting", "cut_off",
    )  # fmt: skip

    def __init__(
        self,
        tz: str,
        week: Sequence[Hours],
        make_up: Hours,
        days_off: Mapping[int, str],
        days_on: Mapping[int, str],
        published_through: int,
        counting: str,
        cut_off: int | None,
        yearly: Mapping[str, str] = _NO_YEARLY,
        yearly_from: int = 0,
        working: Collection[int] = WEEKDAYS,
    ) -> None:
        self._days_off = days_off
        self._days_on = days_on
        self._working = working
        self._yearly = yearly
        self.counting = counting
        self.cut_off = cut_off
        self._zone = Zone(tz)
        self._known_through = new_year(published_through + 1) - 1
        self._next_year = max(published_through + 1, yearly_from)  # whose yearly holidays are not days off yet
        self._covered = new_year(self._next_year) if yearly else LAST_DAY + 1  # the first day not looked up
        self._week = week
        self._make_up = make_up
        self._days = [_add_up(hours) for hours in week]
        self._sums = [sum(self._days[:weekday]) for weekday in range(7)]
        self._week_total = sum(self._days)
        self._odd_days: list[int] = []
        self._odd_sums: list[int] = []
        self._cuts_known: tuple[int, ...] | None = None
        self._found: dict[int, tuple[tuple[int, int], ...]] = {}

    def is_working_day(self, day: int) -> bool:
        """Tell whether `day` is a working day: what `wd` counts, and where a period of days may end."""
        if day >= self._covered:
            self._cover_day(day)
        return day in self._days_on or ((day - 1) % 7 in self._working and day not in self._days_off)

    def is_published(self, day: int) -> bool:
        """Tell whether the days of the year of `day` are known, so that what ends there is not provisional."""
        return day <= self._known_through

    def next_working_day(self, day: int) -> int:
        """Return the first working day after `day`."""
        day += 1
        while not self.is_working_day(day):
            day += 1
        return day

    def why_closed(self, day: int) -> str:
        """Say why `day` is no working day: `holiday:NAME`, `closed` (the desk's own), `weekend`; "" if it is one.

        `weekend` is any day off by its weekday.
        """
        if day >= self._covered:
            self._cover_day(day)
        if day in self._days_on:
            return ""
        name = self._days_off.get(day)
        if name is None:
            return "" if (day - 1) % 7 in self._working else "weekend"
        return f"holiday:{name}" if name else "closed"

    def day_of(self, epoch: int) -> int:
        """Return the local day that holds `epoch`; midnight belongs to the day that it begins."""
        return self._zone.day_of(epoch)

    def read_local(self, epoch: int) -> tuple[int, int]:
        """Return the local day of `epoch` and the wall second of it, 0..86399."""
        return self._zone.read_local(epoch)

    def find_epoch(self, day: int, second: int) -> int:
        """Return the epoch of wall second 0..86400 of `day`; skipped times move forward, of two the first is meant."""
        return self._zone.find_epoch(day, second)

    def midnight(self, day: int) -> int:
        """Return the epoch at which `day` begins."""
        return self._zone.find_epoch(day, 0)

    def segments(self, day: int) -> tuple[tuple[int, int], ...]:
        """Return the business hours of `day` as (from, to) epochs, `to` exclusive, in order; empty if it has none."""
        found = self._found.get(day)
        if found is None:
            found = self._found[day] = self._place_hours(day)
        return found

    def open_of(self, day: int) -> int:
        """Return the epoch at which business begins on `day`; its midnight where it has no hours."""
        hours = self.segments(day)
        return hours[0][0] if hours else self.midnight(day)

    def close_of(self, day: int) -> int:
        """Return the epoch at which business ends on `day`; 24:00, so the next midnight, where it has no hours."""
        hours = self.segments(day)
        return hours[-1][1] if hours else self.midnight(day + 1)

    def business_seconds(self, a: int, b: int) -> int:
        """Return the seconds of business from `a` to `b` (epochs, a <= b), `b` exclusive."""
        return self._count_to(b) - self._count_to(a)

    def add_business(self, t: int, seconds: int) -> int:
        """Return the first epoch by which `seconds` of business (0 or more) have passed since `t`.

        What runs out with the end of a segment is due at that end, not when the next one opens.
        ValueError where the hours end first: a calendar without hours, or past the year 9999.
        """
        if seconds <= 0:
            return t
        day = self._zone.day_of(t)
        target = self._count_to(t) + seconds
        if self._count_before(day + 1) < target:
            day = self._find_day(day + 1, target)
        left = target - self._count_before(day)
        for start, end in self.segments(day):
            if left <= end - start:
                return start + left
            left -= end - start
        raise AssertionError("the sums of a day and its segments differ")

    def _find_day(self, low: int, target: int) -> int:
        """Return the first day by whose end `target` is reached, where it is not before `low`."""
        if not self._week_total and (not self._days_on or max(self._days_on) < low):
            raise ValueError("the calendar has no business hours")
        step = 1
        while self._count_before(low + step) < target:
            low += step
            step *= 2
            if low > LAST_DAY:
                raise ValueError("the limit runs past the year 9999")
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._count_before(middle) < target else (low, middle)
        return low

    def _count_to(self, epoch: int) -> int:
        """Return the business seconds from a fixed day to `epoch`; only differences mean anything."""
        day = self._zone.day_of(epoch)
        total = self._count_before(day)
        for start, end in self.segments(day):
            if epoch <= start:
                break
            total += (epoch if epoch < end else end) - start
        return total

    def _count_before(self, day: int) -> int:
        """Return the business seconds from a fixed day to the beginning of `day`."""
        zone = self._zone
        if not zone.first_day <= day < zone.end_day:
            zone.cover_day(day)
        if day > self._covered:
            self._cover_day(day)
        if self._cuts_known is not zone.cuts:
            self._sum_odd_days()
        weeks, weekday = divmod(day - 1, 7)
        return weeks * self._week_total + self._sums[weekday] + self._odd_sums[bisect_left(self._odd_days, day)]

    def _sum_odd_days(self) -> None:
        """Sum up the days that differ from their weekday: by how much, and all of those before.

        The sums count from the anchor, so that they stay what they are when more years become known.
        """
        cuts = self._zone.cuts
        last = self._zone.day_of(cuts[-1]) + 2 if cuts else 0
        if last >= self._covered:
            self._cover_day(last)
        surplus = {day: -self._days[(day - 1) % 7] for day in self._days_off}
        made_up = _add_up(self._make_up)
        for day in self._days_on:
            surplus[day] = made_up - self._days[(day - 1) % 7]
        for cut in cuts:
            # A change at midnight, or one that skips a day, touches the neighbours too.
            changed = self._zone.day_of(cut)
            for day in range(changed - 2, changed + 2):
                surplus[day] = _add_up(self.segments(day)) - self._days[(day - 1) % 7]
        odd = sorted(day for day, seconds in surplus.items() if seconds)
        sums = [0]
        for day in odd:
            sums.append(sums[-1] + surplus[day])
        anchor = sums[bisect_left(odd, new_year(ANCHOR_YEAR))]
        self._odd_days = odd
        self._odd_sums = [total - anchor for total in sums]
        self._cuts_known = cuts

    def _cover_day(self, day: int) -> None:
        """Enter the yearly holidays of every year up to that of `day`, and a few more, among the days off."""
        if not self._yearly or self._next_year > _LAST_YEAR:
            return
        last = min(day // 365 + 1 + BLOCK, _LAST_YEAR)  # no year is longer, so this is at least the day's own
        found = dict(self._days_off)
        for year in range(self._next_year, last + 1):
            for date, name in self._yearly.items():
                holiday = read_day(f"{year:04}-{date}")
                if holiday not in self._days_on:
                    found.setdefault(holiday, name)
        self._days_off = found
        self._next_year = last + 1
        self._covered = new_year(last + 1) if last < _LAST_YEAR else LAST_DAY + 1
        self._cuts_known = None  # what was summed up lacks them

    def _place_hours(self, day: int) -> tuple[tuple[int, int], ...]:
        """Return the hours of `day` as epochs; where the clocks change no two overlap, and none is negative."""
        if day >= self._covered:
            self._cover_day(day)
        if day in self._days_off:
            return ()
        hours = self._make_up if day in self._days_on else self._week[(day - 1) % 7]
        placed: list[tuple[int, int]] = []
        opened = self.midnight(day)
        closed = self.midnight(day + 1)
        for start, end in hours:
            first = max(opened, self._zone.find_epoch(day, start))
            last = closed if end >= DAY else min(closed, self._zone.find_epoch(day, end))
            if first < last:
                placed.append((first, last))
                opened = last
        return tuple(placed)


def read_day(text: str) -> int:
    """The proleptic ordinal of a date, YYYY-MM-DD."""
    from datetime import date

    return date.fromisoformat(text).toordinal()


def _add_up(hours: Hours) -> int:
    return sum(end - start for start, end in hours)


def last_second(calendar: Calendar, day: int) -> int:
    """The last second of an ordinal day by which something done in business hours was done: the end of its hours.

    A day without hours ends a second before midnight, so that what is said of it stays in its day.
    """
    return min(calendar.close_of(day), calendar.midnight(day + 1) - 1)


def parse_time(text: str, calendar: Calendar) -> int | None:
    """A recorded time as seconds; a bare date is the end of that day's business hours; None for no text."""
    if not text:
        return None
    from datetime import datetime

    if len(text) == 10:
        return calendar.close_of(read_day(text))
    return int(datetime.fromisoformat(text).timestamp())
