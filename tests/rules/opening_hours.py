"""The desks that the calendar's tests use, each built twice: as the package's calendar and as the one that walks."""

from dataclasses import dataclass
from datetime import date

from minute_calendar import MinuteCalendar, read_published_days

from dispatchctl.rules.calendar import Calendar

OFFICE = [("08:30", "12:00"), ("13:30", "17:30")]  # 3.5 and 4 hours
OWN_DAY_OFF = date(2026, 3, 9)  # a Monday
OWN_DAY_ON = date(2026, 3, 14)  # a Saturday
LATER_DAY_OFF = date(2027, 3, 8)  # a Monday of a year that is not published
LATER_DAY_ON = date(2027, 10, 1)  # a Friday that would be off
FIXED = {
    **{"01-01": "New Year", "05-01": "Labour Day", "05-02": "Labour Day"},
    **{"10-01": "National Day", "10-02": "National Day", "10-03": "National Day"},
}
STATUTORY = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]


@dataclass
class Hours:
    """tz and hours as people write them; `china`: the published days of 2007 to 2026, and two of its own.

    yearly: the holidays of fixed date after them, but for the one it works on and with one more day off of its own.
    working: the ISO weekdays that are worked, 1 is Monday.
    """

    tz: str
    hours: list
    counting: str = "civil-code"
    cut_off: str | None = None
    china: bool = False
    yearly: bool = False
    working: tuple[int, ...] = (1, 2, 3, 4, 5)

    def days(self):
        if not self.china:
            return {}, {}, set()
        off, on = read_published_days(2007, 2026)
        if self.yearly:
            return off, {OWN_DAY_OFF: "", LATER_DAY_OFF: ""}, on | {OWN_DAY_ON, LATER_DAY_ON}
        return off, {OWN_DAY_OFF: ""}, on | {OWN_DAY_ON}

    def build(self) -> Calendar:
        off, own, on = self.days()
        return Calendar(
            self.tz,
            [seconds(hours) for hours in self.hours],
            seconds(self.hours[0]),
            {day.toordinal(): name for day, name in {**off, **own}.items()},
            {day.toordinal(): "make-up" for day in on},
            2026,
            self.counting,
            None if self.cut_off is None else seconds([(self.cut_off, self.cut_off)])[0][0],
            FIXED if self.yearly else {},
            working=[weekday - 1 for weekday in self.working],
        )

    def build_by_minutes(self) -> MinuteCalendar:
        off, own, on = self.days()
        if self.yearly:
            fixed = {date(year, *parts): "" for year in range(2027, 2100) for parts in STATUTORY}
            own.update({day: name for day, name in fixed.items() if day not in on})
        off = {**off, **own}
        return MinuteCalendar(self.tz, self.hours, self.hours[0], off, on, self.counting, self.cut_off, self.working)


def seconds(hours):
    """Turn [("08:30", "12:00")] into ((30600, 43200),)."""
    return tuple(tuple(int(text[:2]) * 3600 + int(text[3:]) * 60 for text in pair) for pair in hours)


SHANGHAI = Hours("Asia/Shanghai", [OFFICE] * 5 + [[], []], china=True)
SHANGHAI_ELAPSED = Hours("Asia/Shanghai", [OFFICE] * 5 + [[], []], "elapsed", "17:30", china=True)
LATER = Hours("Asia/Shanghai", [OFFICE] * 5 + [[], []], china=True, yearly=True)
LATER_ELAPSED = Hours("Asia/Shanghai", [OFFICE] * 5 + [[], []], "elapsed", "17:30", china=True, yearly=True)
# Six days a week, the Saturday shorter; every day of the week; and a museum's week, whose day of rest is Monday.
SIX_DAYS = Hours("Asia/Shanghai", [OFFICE] * 5 + [[("09:00", "12:00")], []], china=True, working=(1, 2, 3, 4, 5, 6))
SEVEN_DAYS = Hours("Asia/Shanghai", [OFFICE] * 7, "elapsed", "17:30", china=True, working=(1, 2, 3, 4, 5, 6, 7))
TUESDAY_ON = Hours("Asia/Shanghai", [[], *[OFFICE] * 6], china=True, yearly=True, working=(2, 3, 4, 5, 6, 7))
BOSTON = Hours("America/New_York", [[("08:30", "17:00")]] * 5 + [[], []], "elapsed", "17:00")
ROUND_THE_CLOCK = Hours("America/New_York", [[("00:00", "24:00")]] * 7)
NIGHT = Hours("Europe/Berlin", [[("00:00", "06:00"), ("22:00", "24:00")]] * 7, "elapsed")
# Summer time begins within its only hours and ends outside of them: an hour less every year.
EARLY = Hours("America/New_York", [[("09:00", "10:00")], [], [], [], [], [], [("02:00", "04:00")]])
# Zones that skip a midnight, the hour before one, or a whole day.
SKIPPED_MIDNIGHT = Hours("America/Santiago", [[("00:00", "24:00")]] * 7)
SKIPPED_EVENING = Hours("America/Nuuk", [[("21:00", "23:30")]] * 7)
SKIPPED_DAY = Hours("Pacific/Apia", [[("06:00", "24:00")]] * 7)
# Open on Sundays, shut on Thursdays, which are working days all the same.
SUNDAY = Hours("Australia/Lord_Howe", [OFFICE, OFFICE, OFFICE, [], [("09:00", "12:00")], [], [("10:00", "15:00")]])
