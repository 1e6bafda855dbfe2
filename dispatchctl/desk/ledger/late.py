"""Charges that came late: due because of rows that were recorded after a month was closed. Desk."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.months.closed import MICRO, close_books, list_closed
from dispatchctl.desk.months.late import Late, list_late
from dispatchctl.desk.periods import Period
from dispatchctl.desk.times import local_month
from dispatchctl.registers.row import Row

if TYPE_CHECKING:
    from dispatchctl.store.fact_rows import ChargeRow


def late_families(books: Books, stretch: Period) -> dict[str, list[Late]]:
    """Family -> the rows of list_late about its cases."""
    found: dict[str, list[Late]] = {}
    for late in list_late(books, stretch):
        found.setdefault(late.family, []).append(late)
    return found


def list_late_charges(books: Books, stretch: Period) -> list[dict[str, Any]]:
    """What is due because of rows that came after a month was closed, as desk.ledger.due.list_due_charges has it.

    Due in the month the rows were recorded in: facts of closed months that the families' rows give now, and did not
    give when the month was closed (or, of a later stretch, before that began); and what only counts now because one
    more of its kind came before it.
    """
    from dispatchctl.desk.ledger.closed import find_owed
    from dispatchctl.desk.ledger.due import find_due, is_looking_back
    from dispatchctl.rules.charges import make_key

    by_row = is_looking_back(books)

    def find(key: str) -> dict[str, Any] | None:
        if books.closing is None:  # as it would be proposed: by the rules of the closed month that has the fact
            return find_owed(books, key, books.now, by_row=by_row)
        return find_due(books.index.db, books.judging.table, key, books.now, by_row=by_row)

    families = late_families(books, stretch)
    closed = list_closed(books.present) if families else {}
    items: dict[str, dict[str, Any]] = {}
    for fact in _list_new_facts(books, families, closed, stretch):
        own = make_key(fact.rule, fact.fact, fact.staff)
        for key in (own, *_list_moved(books, fact, closed, stretch)):
            item = None if key in items else find(key)
            if item is not None:
                items[key] = item
    return sorted(items.values(), key=lambda item: (item["occurred_at"], item["key"]))


def _list_new_facts(
    books: Books, families: Mapping[str, list[Late]], closed: Mapping[str, int], stretch: Period
) -> "Iterator[ChargeRow]":
    """The facts of closed months that late rows have given; as a closed month tells them, row by row."""
    from dispatchctl.desk.ledger.due import is_looking_back

    name = attrgetter("rule", "staff", "evidence" if is_looking_back(books) else "fact")
    for root, found in families.items():
        rows = books.present.index.family_rows(root)
        last = max(late.row.recorded for late in found)
        until = max(min(closed[late.month] for late in found), stretch.start * MICRO - 1)
        before = set(map(name, _list_facts(books, root, rows, until)))
        for fact in _list_facts(books, root, rows, last):
            new = name(fact) not in before and fact.at < stretch.start
            if new and local_month(books, fact.at) in closed:
                yield fact


def _list_moved(books: Books, fact: "ChargeRow", closed: Mapping[str, int], stretch: Period) -> Iterator[str]:
    """Keys of later facts of closed months that are due now, and were not when their month was closed."""
    from dispatchctl.desk.ledger.due import find_due, list_counting

    where, values = "rule = ? AND staff = ? AND at >= ? AND at < ?", [fact.rule, fact.staff, fact.at, stretch.start]
    for found in list_counting(books.index.db, books.judging.table, where, values, books.now):
        if (found.rule["from_nth"] or 1) < 2:
            return
        month = local_month(books, found.occurrence.at)
        if month in closed:
            then = close_books(books.present, [month], closed[month])
            if find_due(then.index.db, then.judging.table, found.occurrence.key, then.now) is None:
                yield found.occurrence.key


def _list_facts(books: Books, root: str, rows: Sequence[Row], until: int) -> "Sequence[ChargeRow]":
    """What a family gives to charge by what was recorded until then (microseconds)."""
    known = [row for row in rows if row.recorded <= until]
    return books.judging.judge(root, known).charges if known else ()
