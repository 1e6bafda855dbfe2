"""An independent calendar for the tests: it walks through time minute by minute, or day by day, and sums nothing up.

Slow and plain on purpose, with the standard library's dates and zones, so that it can be believed where the real one
is doubted. It shares no code with the package; a pause is a plain (start, end or None).
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = 60
DAY_MINUTES = 1440
QUARTER = 15  # minutes; no clock of this century has been changed but at a quarter of an hour


@cache
def read_published_days(first_year: int, last_year: int) -> tuple[dict[date, str], set[date]]:
    """Return the days off with their names, and the working weekend days, that the State Council announced."""
    import chinese_calendar

    off: dict[date, str] = {}
    on: set[date] = set()
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        is_off, name = chinese_calendar.get_holiday_detail(day)
        if is_off and name:
            off[day] = name
        elif not is_off and day.isoweekday() > 5:
            on.add(day)
        day += timedelta(days=1)
    return off, on


class MinuteCalendar:
    """hours: weekday 0..6 -> list of ("HH:MM", "HH:MM"); make_up likewise, for the days in `on`.

    working: the ISO weekdays that are worked, 1 is Monday.
    """

    def __init__(self, tz, hours, make_up, off, on, counting, cut_off=None, working=(1, 2, 3, 4, 5)):
        self.zone = ZoneInfo(tz)
        self.hours, self.make_up, self.off, self.on = hours, make_up, off, on
        self.counting, self.cut_off = counting, cut_off
        self.working = working
        self.open_minutes = {}

    def local(self, epoch):
        return datetime.fromtimestamp(epoch, self.zone)

    def works(self, day):
        return day in self.on or (day.isoweekday() in self.working and day not in self.off)

    def hours_of(self, day):
        if day in self.off:
            return []
        return self.make_up if day in self.on else self.hours[day.weekday()]

    def wall(self, day, text):
        if text == "24:00":
            day, text = day + timedelta(days=1), "00:00"
        hour, minute = text.split(":")
        return int(datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=self.zone).timestamp())

    def close(self, day):
        hours = self.hours_of(day)
        return self.wall(day, hours[-1][1] if hours else "24:00")

    def is_open(self, minute):
        """Tell whether the minute since 1970 lies in business hours, by what the clock on the wall shows."""
        number, place = divmod(minute, DAY_MINUTES)
        flags = self.open_minutes.get(number)
        if flags is None:
            flags = bytearray(DAY_MINUTES)
            for quarter in range(0, DAY_MINUTES, QUARTER):
                wall = self.local((number * DAY_MINUTES + quarter) * MINUTE)
                hours = self.hours_of(wall.date())
                for each in range(QUARTER if hours else 0):
                    shown = f"{wall.hour:02}:{wall.minute + each:02}"
                    flags[quarter + each] = any(start <= shown < end for start, end in hours)
            self.open_minutes[number] = bytes(flags)
            flags = self.open_minutes[number]
        return flags[place]

    def due_by_clock(self, start, seconds, business, pauses):
        """Return when so many seconds have counted, or None if the clock stands still for ever before that."""
        at, left = start, seconds
        while True:
            minute = at // MINUTE
            end = (minute + 1) * MINUTE
            if business and not self.is_open(minute):
                at = end
                continue
            touching = [(a, b) for a, b in pauses if a < end and (b is None or at < b)] if pauses else []
            if any(a <= at and b is not None and end <= b for a, b in touching):
                at = end
                continue
            if touching:
                while at < end:  # a pause begins or ends within this minute: second by second
                    if any(a <= at and b is None for a, b in touching):
                        return None
                    left -= not any(a <= at < b for a, b in touching if b is not None)
                    at += 1
                    if not left:
                        return at
                continue
            if left <= end - at:
                return at + left
            left -= end - at
            at = end

    def due_by_days(self, start, number, working, pauses):
        """Return when so many days have gone by, or None if a pause without end is on before that."""
        first = self.local(start)
        day, of_day = first.date(), first.strftime("%H:%M:%S")
        if self.counting == "elapsed" and working:
            while not self.works(day):
                day += timedelta(days=1)
            if self.cut_off is not None and of_day > f"{self.cut_off}:00":
                day += timedelta(days=1)
                while not self.works(day):
                    day += timedelta(days=1)
                of_day = self.hours_of(day)[0][0] + ":00" if self.hours_of(day) else "00:00:00"
        hour, minute, second = map(int, of_day.split(":"))
        counted = 0
        while True:
            day += timedelta(days=1)
            close = self.close(day)
            if self.counting == "elapsed":
                due = int(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=self.zone).timestamp())
            else:
                due = close
            if counted < number and working and not self.works(day):
                continue
            is_last = counted >= number - 1 and (self.counting == "elapsed" or self.works(day))
            # On the last day only what began before the due time can hold it back.
            known = [pause for pause in pauses if pause[0] < due] if is_last else pauses
            if is_last and any(end is None for _, end in known):
                return None
            if not any(a <= close and (b is None or close < b) for a, b in known):
                if is_last:
                    return due
                counted += 1
            if day > first.date() + timedelta(days=4000):
                return None  # paused for good

    def due(self, number, unit, start, pauses):
        """Return the due epoch of `number` `unit` from `start`, or None while that cannot be told."""
        if unit in ("m", "bm"):
            return self.due_by_clock(start, number * 60, unit == "bm", pauses)
        if unit in ("h", "bh"):
            return self.due_by_clock(start, number * 3600, unit == "bh", pauses)
        return self.due_by_days(start, number * 7 if unit == "w" else number, unit == "wd", pauses)


def epoch(text, tz="Asia/Shanghai"):
    """Return the epoch of `2026-02-13 16:00` or `...:SS` on the wall of `tz`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).astimezone(UTC).timestamp())


def wall(at, tz="Asia/Shanghai"):
    """Return the wall time of an epoch as `2026-02-13 16:00:00`, with the offset where the zone has several."""
    shown = datetime.fromtimestamp(at, ZoneInfo(tz))
    return shown.strftime("%Y-%m-%d %H:%M:%S" if tz == "Asia/Shanghai" else "%Y-%m-%d %H:%M:%S%z")
