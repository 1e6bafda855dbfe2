"""The charges of closed months: by which rules a key is judged, whatever was published since. Desk.

A closed month is judged by the rules and days that had been published by its closing. What was recorded since counts
all the same: nobody is charged for a fact that was taken back.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.due import BY_FACT, Item, find_due, has_lost_fact, list_facts_of, list_happened, split_key
from dispatchctl.desk.ledger.entries import Entry, name_fact
from dispatchctl.desk.months.closed import close_books, list_closed, list_outdated, open_standing
from dispatchctl.desk.times import local_month
from dispatchctl.registers import case_of
from dispatchctl.rules.charges import Occurrence


class MonthJudge(NamedTuple):
    """The closed month that has the fact of a key. books: its rules, and everything recorded by now."""

    month: str
    closing: int
    books: Books


def find_owed(books: Books, key: str, now: int, *, by_row: bool = False) -> Item | None:
    """What is due under this key, as desk.ledger.due.find_due has it, by the rules that judge its month.

    None where no fact gives it, or only rules that came after the month was closed. now: judges clocks that still run.
    """
    judge = _find_judge(books, key)
    if judge is not None:
        return find_due(judge.books.index.db, judge.books.judging.table, key, now, by_row=by_row)
    item = find_due(books.index.db, books.judging.table, key, now, by_row=by_row)
    fact = _find_fact(books, key, now) if item is not None else None
    return None if fact is not None and list_closed(books, [_name_month(books, fact)]) else item


def is_unfounded(books: Books, entry: Entry, now: int) -> bool:
    """Whether an entry that stands rests on a fact that is none any more, by the rules that judge its month."""
    lost = has_lost_fact(books.index.db, books.judging.table, entry, now)
    return lost and find_owed(books, name_fact(entry), now) is None


def open_key(books: Books, key: str) -> Books | None:
    """The books of the closed month that has the fact of this key, as of its closing; None where there is none."""
    judge = _find_judge(books, key)
    if judge is None:
        return None
    then = close_books(books, [judge.month], judge.closing)
    books.derived.append(then)
    return then if _find_fact(then, key, then.now) is not None else None


def _find_judge(books: Books, key: str) -> MonthJudge | None:
    for month, closing in _list_months(books, key):
        standing = open_standing(books, month, closing)
        fact = _find_fact(standing, key, books.now)
        if fact is not None and _name_month(standing, fact) == month:
            return MonthJudge(month, closing, standing)
    return None


def _list_months(books: Books, key: str) -> Iterator[tuple[str, int]]:
    """(month, closing) of the closed months that may have it: that of the fact, else those that other rules judged."""
    found = _find_fact(books, key, books.now)
    own = _name_month(books, found) if found is not None else ""
    yield from list_closed(books, [own]).items() if own else ()
    outdated = list_outdated(books)
    for month in dict.fromkeys(_list_likely(books, key, list(outdated))):
        if month != own:
            yield month, outdated[month]


def _list_likely(books: Books, key: str, months: Sequence[str]) -> Iterator[str]:
    """Of these months, in order, those that the fact of a key may lie in: one that is named by its day in that month, a
    row before it was recorded, all else after its case began.
    """
    for _, evidence, _ in split_key(key) if months else ():
        head, _, rest = evidence.partition("/")
        if head in books.pages.names:
            yield from (month for month in reversed(months) if month <= rest[:7])
            continue
        if head[:7] in months:
            yield head[:7]
        root = books.index.family_of(case_of(head))
        if root:
            began = min(local_month(books, row.at) for row in books.index.family_rows(root))
            yield from (month for month in months if month >= began)


def _find_fact(books: Books, key: str, now: int) -> Occurrence | None:
    for parts in list_facts_of(books.index.db, key):
        for occurrence in list_happened(books.index.db, BY_FACT, parts, now):
            return occurrence
    return None


def _name_month(books: Books, fact: Occurrence) -> str:
    return local_month(books, fact.at)
