"""Seconds spelled as records and messages have them, in the policy's timezone. Desk."""

from datetime import date, datetime

from dispatchctl.desk.books import Books


class Formatter:
    """Seconds to ISO 8601 of one timezone; remembers the offset of each day's quarter, since lists hold thousands."""

    def __init__(self, timezone: str) -> None:
        from zoneinfo import ZoneInfo

        self._zone = ZoneInfo(timezone)
        self._kept: dict[int, str] = {}

    def __call__(self, at: int | None) -> str | None:
        """The time as text, None for None."""
        if at is None:
            return None
        text = self._kept.get(at)
        if text is None:
            text = self._kept[at] = datetime.fromtimestamp(at, self._zone).isoformat()
        return text

    def exactly(self, recorded: int) -> str:
        """A time in microseconds as text, with all six places."""
        whole = datetime.fromtimestamp(recorded // 1_000_000, self._zone)
        return whole.replace(microsecond=recorded % 1_000_000).isoformat(timespec="microseconds")


def local_time(books: Books, at: int) -> datetime:
    """A time in the timezone in force, as it is shown; for its day see local_date."""
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at, ZoneInfo(books.timezone))


def local_date(books: Books, at: int) -> date:
    """The day that a time lies on, by the rules in force at it; the days and months of all records are these."""
    return books.book.find_day(at)


def local_day(books: Books, at: int) -> str:
    """The day of a time, YYYYMMDD, as ids carry it."""
    return local_date(books, at).strftime("%Y%m%d")


def local_month(books: Books, at: int) -> str:
    """The month of a time, YYYY-MM, as files and reports are named."""
    return local_date(books, at).strftime("%Y-%m")


def format_time(books: Books, at: int) -> str:
    """ISO 8601 with the offset of the timezone in force, to the second."""
    return local_time(books, at).isoformat(timespec="seconds")


def find_missing_year(books: Books) -> int | None:
    """The first year whose days off are needed now and not known: this year, from November on the next; else None."""
    today = local_date(books, books.now)
    return books.book.find_missing_year(today.year, today.month)
