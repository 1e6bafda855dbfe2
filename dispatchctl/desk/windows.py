"""The windows of time and the people that measures are worked out for, of a period and the staff register. Desk."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.periods import Period as Stretch
from dispatchctl.desk.periods import list_beside as list_periods
from dispatchctl.desk.times import local_date, local_time
from dispatchctl.policy.items import PERSON
from dispatchctl.registers.page import split_items
from dispatchctl.reports.documents import Beside, Heading, list_wanted_beside
from dispatchctl.reports.measures import Heads, Window


def describe_period(books: Books, kind: str, stretch: Stretch) -> tuple[Window, Heading]:
    """What the measures need to know of a period, and what stands above the report."""
    version, before = books.book.at(max(stretch.start, stretch.end - 1))
    start, until, made = (say_moment(books, at) for at in (stretch.start, stretch.end, books.now))
    return build_period(books, stretch), Heading(kind, stretch.name, start, until, made, version.label, before)


def build_period(books: Books, stretch: Stretch) -> Window:
    """A stretch of time as the measures need it: with its local days, and the present that judges running clocks."""
    first, last = (local_date(books, at) for at in (stretch.start, max(stretch.start, stretch.end - 1)))
    return Window(stretch.start, stretch.end, (first.isoformat(), (last + timedelta(days=1)).isoformat()), books.now)


def say_moment(books: Books, at: int) -> str:
    """Seconds as ISO 8601 in the policy's timezone."""
    return local_time(books, at).isoformat()


def describe_beside(books: Books, kind: str, stretch: Stretch, policy: Mapping[str, Any]) -> dict[str, Beside]:
    """The periods that the rules want beside that of a report, by their words."""
    found = list_periods(books, kind, stretch, list_wanted_beside(policy, kind))
    return {
        word: Beside(
            other.name, say_moment(books, other.start), say_moment(books, other.end), build_period(books, other)
        )
        for word, other in found.items()
    }


def find_heads(books: Books, period: Window) -> Heads:
    """Who heads a department at a period's end; the staff are asked for when a measure needs them."""
    return lambda department: books.people.heads_of(department, max(period.start, period.end - 1))


def list_headed(books: Books, staff: str, period: Window) -> list[str]:
    """The departments that somebody heads at the end of a period."""
    return split_items(books.people.facts(staff, max(period.start, period.end - 1)).get("heads", ""))


def holds_people(books: Books, field: str) -> bool:
    """Whether a field of a report's items holds staff ids."""
    own = (books.pages.known(name).get(field) for name in books.pages.names)
    return field == PERSON or any(each is not None and each.type == "staff" for each in own)
