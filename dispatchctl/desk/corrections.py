"""What was recorded after a month was closed about that month, and what follows from it. Desk.

It stands in the report of the month in which it was recorded, and its charges are due there: the closed month itself
stays as it was. Only the files of that month are looked through, and of them only lines that can be such rows.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatchctl import registers
from dispatchctl.desk.books import Books
from dispatchctl.desk.closing import MICRO, ClosedBooks, find_present, list_closed, list_months
from dispatchctl.desk.periods import Period
from dispatchctl.desk.times import format_time, local_time
from dispatchctl.registers.row import Row
from dispatchctl.store.files import RecordFile, list_files, open_regular, read_bytes
from dispatchctl.store.gathering import PLACE
from dispatchctl.store.index import Index
from dispatchctl.store.reading import rows_at

if TYPE_CHECKING:
    from dispatchctl.store.judgements import ChargeRow

ABOUT_OTHERS = (b",amended,", b",retracted,")  # events whose own time says nothing of what they are about
KEYS = ("case", "register", "event", "at", "recorded_at", "by", "month")


class Late(NamedTuple):
    """A row that came after a month was closed. month: which one it is about. family: the root of its case's."""

    row: Row
    month: str
    family: str


def list_late(books: Books, stretch: Period) -> list[Late]:
    """The rows recorded in a stretch of time about months that were closed by then, by when they were recorded.

    About a month is what happened in it; a row that corrects or takes back is about that of what it corrects (of the
    row taken back, else of the first row of its case). Of a closed stretch, those recorded until its closing.
    """
    months = list_months(books, stretch.start, stretch.end)
    present = find_present(books)
    closed = {month: at for month, at in list_closed(present).items() if month not in months and month < months[0]}
    if not closed:
        return []
    end = stretch.end * MICRO
    if isinstance(books, ClosedBooks):
        end = min(end, books.closing + 1)
    elif isinstance(books.ws.as_of, int):
        end = min(end, (books.ws.as_of + 1) * MICRO)
    found = []
    for row, root in _read_candidates(present, months):
        month = _find_month(present, row, closed)
        if month and stretch.start * MICRO <= row.recorded < end and row.recorded > closed[month]:
            found.append(Late(row, month, root))
    return sorted(found, key=lambda late: (late.row.recorded, late.row.file, late.row.seq))


def list_corrections(books: Books, stretch: Period) -> list[dict[str, Any]]:
    """The section `corrections` of a report: what was recorded in its time about months closed by then; keys: KEYS."""
    return [
        {
            "case": late.row.id,
            "register": late.row.register,
            "event": late.row.event,
            "at": format_time(books, late.row.at),
            "recorded_at": format_time(books, late.row.recorded // MICRO),
            "by": late.row.by,
            "month": late.month,
        }
        for late in list_late(books, stretch)
    ]


def _find_month(books: Books, row: Row, closed: Mapping[str, int]) -> str:
    """The closed month that a row is about, "" for none."""
    at = row.at
    if row.event in ("amended", "retracted"):
        rows = [each for each in books.index.family_rows(row.id) if each.id == row.id]
        aim = row.fields.get("row") if row.event == "retracted" else ""
        named = [each for each in rows if each.ref == aim] if aim else sorted(rows, key=lambda each: each.recorded)
        at = named[0].at if named else at
    month = local_time(books, at).strftime("%Y-%m")
    return month if month in closed else ""


# --- finding the rows -------------------------------------------------------------------------------------------------


def _read_candidates(books: Books, months: Sequence[str]) -> Iterator[tuple[Row, str]]:
    """(row, root of its family) of each row in the files of these months that can be about an earlier one."""
    index = books.index
    for register in registers.NAMES:
        for file in list_files(books.folder.path, books.folder.label, register):
            if file.month not in months:
                continue
            known = index.db.execute(
                "SELECT no, size, columns FROM files WHERE name = ?", (f"{register}/{file.name}",)
            ).fetchone()
            number, size, columns = known or (0, 0, "")
            if not columns:
                continue
            places = _find_places(file, size)
            for place, row in zip(places, rows_at(file, places, columns.split(",")) if places else (), strict=True):
                root = index.family_of(row.id)
                if root and _stands(index, root, PLACE.pack(number, *place)):
                    yield row, root


def _stands(index: Index, root: str, place: bytes) -> bool:
    """Whether a line counts as a row: the family keeps its place."""
    kept = index.db.execute("SELECT places FROM families WHERE id = ?", (root,)).fetchone()
    if kept is None:
        return False
    at = kept[0].find(place)
    while at >= 0 and at % PLACE.size:
        at = kept[0].find(place, at + 1)
    return bool(at >= 0)


def _find_places(file: RecordFile, size: int) -> list[tuple[int, int]]:
    """(byte, length) of the lines that begin with another month than the file's, or correct something."""
    with open_regular(file.path, file.label) as descriptor:
        data = read_bytes(descriptor, 0, min(size, os.fstat(descriptor).st_size), file.label)
    month = file.month.encode()
    places = []
    begin = data.find(b"\n") + 1  # after the header
    if not any(word in data for word in ABOUT_OTHERS) and data.count(b"\n" + month, begin - 1) == data.count(
        b"\n", begin - 1, -1
    ):
        return []
    for line in data[begin:].split(b"\n")[:-1]:
        length = len(line) + 1
        if not line.endswith(b",torn") and (not line.startswith(month) or any(word in line for word in ABOUT_OTHERS)):
            places.append((begin, length))
        begin += length
    return places


# --- what follows from them -------------------------------------------------------------------------------------------


def late_families(books: Books, stretch: Period) -> dict[str, list[Late]]:
    """Family -> the rows of list_late about its cases."""
    found: dict[str, list[Late]] = {}
    for late in list_late(books, stretch):
        found.setdefault(late.family, []).append(late)
    return found


def list_late_charges(books: Books, stretch: Period) -> list[dict[str, Any]]:
    """What is due because of rows that came after a month was closed, as desk.charging.list_due_charges has it.

    Due in the month the rows were recorded in: facts of closed months that the families' rows give now, and did not
    give when the month was closed (or, of a later stretch, before that began); and what only counts now because one
    more of its kind came before it.
    """
    from dispatchctl.desk.charging import find_due
    from dispatchctl.rules.charges import make_key

    families = late_families(books, stretch)
    closed = list_closed(find_present(books)) if families else {}
    items: dict[str, dict[str, Any]] = {}
    for fact in _list_new_facts(books, families, closed, stretch):
        own = make_key(fact.rule, fact.evidence, fact.staff)
        for key in (own, *_list_moved(books, fact, closed, stretch)):
            item = None if key in items else find_due(books.index.db, books.judging.table, key, books.now)
            if item is not None:
                items[key] = item
    return sorted(items.values(), key=lambda item: (item["occurred_at"], item["key"]))


def _list_new_facts(
    books: Books, families: Mapping[str, list[Late]], closed: Mapping[str, int], stretch: Period
) -> "Iterator[ChargeRow]":
    """The facts of closed months that late rows have given."""
    for root, found in families.items():
        rows = find_present(books).index.family_rows(root)
        last = max(late.row.recorded for late in found)
        until = max(min(closed[late.month] for late in found), stretch.start * MICRO - 1)
        before = {(fact.rule, fact.staff, fact.evidence) for fact in _list_facts(books, root, rows, until)}
        for fact in _list_facts(books, root, rows, last):
            new = (fact.rule, fact.staff, fact.evidence) not in before and fact.at < stretch.start
            if new and local_time(books, fact.at).strftime("%Y-%m") in closed:
                yield fact


def _list_moved(books: Books, fact: "ChargeRow", closed: Mapping[str, int], stretch: Period) -> Iterator[str]:
    """Keys of later facts of closed months that are due now, and were not when their month was closed."""
    from dispatchctl.desk.charging import find_due, list_counting

    where, values = "rule = ? AND staff = ? AND at >= ? AND at < ?", [fact.rule, fact.staff, fact.at, stretch.start]
    for found in list_counting(books.index.db, books.judging.table, where, values, books.now):
        if (found.rule["from_nth"] or 1) < 2:
            return
        month = local_time(books, found.occurrence.at).strftime("%Y-%m")
        if month in closed:
            then = ClosedBooks(find_present(books), [month], closed[month])
            if find_due(then.index.db, then.judging.table, found.occurrence.key, then.now) is None:
                yield found.occurrence.key


def _list_facts(books: Books, root: str, rows: Sequence[Row], until: int) -> "Sequence[ChargeRow]":
    """What a family gives to charge by what was recorded until then (microseconds)."""
    known = [row for row in rows if row.recorded <= until]
    return books.judging.judge(root, known).charges if known else ()
