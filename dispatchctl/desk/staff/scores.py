"""The scores of a month as they are shown: by the rules of the month, a closed one as of its closing. Desk (JD-7).

What `appraise` is asked: everybody's, one person's, with the lines of their pay, or the cases behind one figure.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.months.closed import open_for_period
from dispatchctl.desk.periods import Period
from dispatchctl.desk.rights import check_scores
from dispatchctl.desk.staff.appraisal import (
    Mark,
    describe_appraised,
    find_appraised,
    find_month,
    find_rules,
    list_marks,
    list_scored,
    say_title,
    score_month,
)
from dispatchctl.desk.staff.pay import check_pay_access, list_pay, open_pay
from dispatchctl.desk.windows import build_period, list_headed
from dispatchctl.errors import NotFound
from dispatchctl.policy.rulebook import Version
from dispatchctl.rules.appraisal import write_down


class Scores(NamedTuple):
    """A month's scores. books: as of the month's closing where it is closed; items: a person each, as json has them."""

    books: Books
    version: Version
    period: Period
    items: list[dict[str, Any]]

    @property
    def titles(self) -> dict[str, str]:
        """Measure of the appraisal -> what people call it, in the order of the rules."""
        return {name: say_title(self.version, name) for name in find_rules(self.version)["measures"]}

    @property
    def roles(self) -> Mapping[str, str]:
        """Role -> its title."""
        roles: Mapping[str, str] = self.version.policy["roles"]
        return roles


def score_people(books: Books, month: str, staff: str = "", *, pay: bool = False) -> Scores:
    """Everybody's score of a month as typed ("": the one that holds now), or one person's; pay: with its lines.

    NotFound where the rules of the month have no appraisal; Refused for who is not appraised, and for whoever may not
    see pay.
    """
    period = find_month(books, month)
    books, version, only = _open_month(books, period, staff)
    check_scores(books.present, only)
    if pay:
        check_pay_access(books.present, only)
    people = score_month(books, version, period, only)
    items = [describe_appraised(one, version, period) for one in people]
    if pay:
        file = open_pay(books, books.present.people)
        for one, item in zip(people, items, strict=True):
            item["pay"] = list_pay(books, one, period, file)
    return Scores(books, version, period, items)


def _open_month(books: Books, period: Period, staff: str) -> tuple[Books, Version, str]:
    books = open_for_period(books, period)
    version, _ = books.book.at(max(period.start, period.end - 1))
    find_rules(version)
    return books, version, find_appraised(books, version, period, staff) if staff else ""


def drill_score(
    books: Books, month: str, staff: str, measure: str
) -> tuple[dict[str, Any], Sequence[Any]] | list[Mark]:
    """What a person's figure is made of: the document of the figure with its items, or of a measure by marks, these."""
    period = find_month(books, month)
    books, version, only = _open_month(books, period, staff)
    check_scores(books.present, only)
    name = _find_measure(version, measure)
    if name in list_scored(find_rules(version)):
        return list_marks(books, period.name).get((only, name), [])
    from dispatchctl.reports.documents import drill

    span = build_period(books, period)
    return drill(books.index.db, version.policy, name, span, only, list_headed(books, only, span), pages=books.pages)


def _find_measure(version: Version, text: str) -> str:
    """The measure of the appraisal that is named by it or its title; NotFound with those there are."""
    names = find_rules(version)["measures"]
    titles = {say_title(version, name): name for name in names}
    found = text if text in names else titles.get(text)
    if found is None:
        hint = f"there are: {', '.join(names)}"
        raise NotFound(f"no such measure of the appraisal: {text[:60]!r}", place="--drill", hint=hint)
    return found


def say_points(text: str | None) -> str | None:
    """A score or weight (an exact decimal) with its two places, rounded down; None where there is none."""
    return None if text is None else write_down(Fraction(text), 2)
