"""A report of a day, a week or a month, and the cases behind a figure; a closed month as of its closing. Desk.

PD-5.4.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.months.alone import list_alone
from dispatchctl.desk.months.closed import open_for_period
from dispatchctl.desk.months.late import list_corrected
from dispatchctl.desk.names import resolve_staff
from dispatchctl.desk.periods import find_period
from dispatchctl.desk.rights import check_scores
from dispatchctl.desk.windows import describe_beside, describe_period, find_heads, list_headed
from dispatchctl.reports.documents import Heading, Say, build_report, drill, find_measure
from dispatchctl.reports.measures import Item

STAFF = "staff"  # the report that judges people


class Reported(NamedTuple):
    """A report, or with `measure` one figure of it and the cases that it is made of.

    books: as of the closing where the period is closed; document: as json prints it.
    """

    books: Books
    heading: Heading
    document: dict[str, Any]
    measure: str = ""
    items: Sequence[Item] = ()


def report_period(
    books: Books, kind: str, month: str, date: str, say_values: Callable[[Books], Say], *, rest: Callable[[Books], str]
) -> Reported:
    """The report of a kind on the period as typed ("": the one that holds now, up to now).

    say_values: what people call the values of a field, by the books reported from. rest: the title of what no section
    names.
    """
    stretch = find_period(books, kind, month, date)
    if kind == STAFF:
        check_scores(books, "")
    books = open_for_period(books, stretch)
    period, heading = describe_period(books, kind, stretch)
    version, _ = books.book.at(stretch.end - 1)
    beside = describe_beside(books, kind, stretch, version.policy)
    document = build_report(
        books.index.db,
        version.policy,
        heading,
        period,
        say_values(books),
        rest(books),
        beside,
        lambda each: find_heads(books, each),
        pages=books.pages,
    )
    document["sections"] += list_corrected(books, kind, stretch) + list_alone(books, kind, stretch)
    return Reported(books, heading, document)


def drill_figure(books: Books, kind: str, month: str, date: str, measure: str, person: str) -> Reported:
    """The cases behind a figure of the period, or of one person's; NotFound for a measure that there is not."""
    stretch = find_period(books, kind, month, date)
    books = open_for_period(books, stretch)
    period, heading = describe_period(books, kind, stretch)
    version, _ = books.book.at(stretch.end - 1)
    name = find_measure(version.policy, measure)
    staff = resolve_staff(books, person, option="--person", present=False) if person else ""
    if kind == STAFF:
        check_scores(books.present, staff)
    headed = list_headed(books, staff, period) if staff else []
    document, items = drill(books.index.db, version.policy, name, period, staff, headed, pages=books.pages)
    return Reported(books, heading, document, name, items)
