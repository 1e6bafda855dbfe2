"""When things happen in the sample month: business time of October 2026, holidays and make-up day included. Tool."""

from datetime import date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))
HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}  # National Day, as the State Council arranged it
MAKE_UP = {date(2026, 10, 10)}  # a Saturday worked in exchange
SEGMENTS = ((8 * 60 + 30, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))  # minutes of the day
MINUTE = timedelta(minutes=1)


def moment(day: int, hour: int = 0, minute: int = 0, month: int = 10) -> datetime:
    """A time of the sample month."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def is_workday(day: date) -> bool:
    """Whether the desk works on that day."""
    return day in MAKE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


def list_segments(day: date) -> list[tuple[datetime, datetime]]:
    """The business hours of a day, first to last; none on a day off."""
    if not is_workday(day):
        return []
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return [(start + low * MINUTE, start + high * MINUTE) for low, high in SEGMENTS]


def is_open(at: datetime) -> bool:
    """Whether a time lies in business hours."""
    return any(low <= at < high for low, high in list_segments(at.date()))


def find_open(at: datetime) -> datetime:
    """The time itself in business hours, else the next opening."""
    day = at.date()
    while True:
        for low, high in list_segments(day):
            if at < high:
                return max(at, low)
        day += timedelta(days=1)


def add_business(at: datetime, minutes: float) -> datetime:
    """So many business minutes later, to the second; in business hours always."""
    left = timedelta(seconds=round(minutes * 60))
    at = find_open(at)
    while True:
        close = next(high for low, high in list_segments(at.date()) if low <= at < high)
        if at + left < close:
            return at + left
        left -= close - at
        at = find_open(close)


def next_workday(at: datetime, days: int, hour: int, minute: int = 0) -> datetime:
    """That time of the so-manieth working day after the day of `at`."""
    day = at.date()
    while days:
        day += timedelta(days=1)
        days -= is_workday(day)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
