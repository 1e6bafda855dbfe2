"""Days, weeks and months as stretches of seconds in the policy's timezone, as reports name them. Desk."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.times import local_date
from dispatchctl.errors import UsageFault
from dispatchctl.typed import parse_day, parse_month

REPORTS = ("daily", "weekly", "monthly", "satisfaction", "complaints", "staff")
SHORT = ("daily", "weekly")  # all others are of a month


class Period(NamedTuple):
    """A stretch of time [start, end), seconds. name: `2026-10`, `2026-W41`, `2026-10-09`."""

    name: str
    start: int
    end: int


def start_of(books: Books, day: date) -> int:
    """00:00 of a day, seconds, by the rules in force on it."""
    return books.book.find_midnight(day)


def day_bounds(books: Books, text: str, option: str) -> tuple[int, int]:
    """[start, end) of a day as typed; UsageFault naming the option."""
    day = parse_day(text, books.timezone, books.now, option)
    return start_of(books, day), start_of(books, day + timedelta(days=1))


def month_period(books: Books, text: str) -> Period:
    """A month as typed (YYYY-MM, this, last); "" is the one that holds now."""
    name = parse_month(text or "this", books.timezone, books.now, "--month")
    year, month = int(name[:4]), int(name[5:])
    following = date(year + month // 12, month % 12 + 1, 1)
    period = Period(name, start_of(books, date(year, month, 1)), start_of(books, following))
    _warn_ahead(books, period)
    return period


def _warn_ahead(books: Books, period: Period) -> None:
    """Say of a period that has not begun that it has not, so that nothing in it is no answer."""
    warning = f"{period.name} has not begun"
    if period.start > books.now and warning not in books.warnings:
        books.warnings.append(warning)


YEAR = "year-before"
LAST = ("last", "this")  # the period before the one that holds now, and that one


def day_period(books: Books, text: str) -> Period:
    """A day as typed, `last` (yesterday) or `this`; "" is today."""
    day = _read_day(books, text)
    if text == "last":
        day -= timedelta(days=1)
    return _span_days(books, day.isoformat(), day, day + timedelta(days=1))


def week_period(books: Books, text: str) -> Period:
    """The week, Monday to Sunday, of a day as typed, `last` (the one before) or `this`; "" is the one that holds now.

    Its name is that of ISO 8601, `2026-W45`.
    """
    day = _read_day(books, text)
    return _span_week(books, day - timedelta(days=day.weekday() + (7 if text == "last" else 0)))


def find_period(books: Books, report: str, month: str, date: str) -> Period:
    """The period a report is about: the one named, `last`, or the one that holds now, which goes up to now.

    date: a day of it. UsageFault where a month is asked of another report, or both are given.
    """
    if month and report in SHORT:
        raise UsageFault(f"a {report} report has no month", place="--month", hint="name a day: --date YYYY-MM-DD")
    if month and date:
        raise UsageFault("--month and --date say the same thing; give one of them")
    if report == "daily":
        period = day_period(books, date)
    elif report == "weekly":
        period = week_period(books, date)
    else:
        named = month or (date if date in LAST or not date else day_period(books, date).name[:7])
        period = month_period(books, named)
    _warn_ahead(books, period)
    if (month or date) not in ("", "this"):
        return period
    return period._replace(end=max(period.start, min(period.end, books.now + 1)))


def list_beside(books: Books, report: str, period: Period, wanted: Iterable[str]) -> dict[str, Period]:
    """The whole periods that stand beside one, of `month-before` and `year-before` those wanted.

    Of a day: the day before, and the same date a year before (of 29 February the 28th). Of a week: the week before, and
    the one 52 weeks before, so that the days of the week are the same. Of a month, the month before and the same month
    a year before. They are whole also beside a period that is not over.
    """
    first = local_date(books, period.start)
    found = {}
    for word in wanted:
        if report == "daily":
            same = first.replace(year=first.year - 1, day=28 if first.month == 2 and first.day == 29 else first.day)
            day = same if word == YEAR else first - timedelta(days=1)
            found[word] = _span_days(books, day.isoformat(), day, day + timedelta(days=1))
        elif report == "weekly":
            found[word] = _span_week(books, first - timedelta(weeks=52 if word == YEAR else 1))
        else:
            before = first.replace(year=first.year - 1) if word == YEAR else (first - timedelta(days=1)).replace(day=1)
            found[word] = _span_days(
                books, before.isoformat()[:7], before, (before + timedelta(days=31)).replace(day=1)
            )
    return found


def _span_week(books: Books, monday: date) -> Period:
    year, week, _ = monday.isocalendar()
    return _span_days(books, f"{year:04d}-W{week:02d}", monday, monday + timedelta(days=7))


def _read_day(books: Books, text: str) -> date:
    return parse_day("today" if text in ("", *LAST) else text, books.timezone, books.now, "--date")


def _span_days(books: Books, name: str, first: date, end: date) -> Period:
    return Period(name, start_of(books, first), start_of(books, end))
