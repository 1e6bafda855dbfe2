"""Corrections of closed months: what was recorded about one after it was closed, as its report lists them. Desk.

It stands in the report of the month in which it was recorded, and its charges are due there (`ledger.late`): the
closed month itself stays as it was. Only the files of that month are looked through, and of them only lines that can
be such rows.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.months.closed import MICRO, list_closed, list_months
from dispatchctl.desk.periods import Period
from dispatchctl.desk.times import format_time, local_month
from dispatchctl.registers.row import Row
from dispatchctl.store.files import RecordFile, list_files, open_regular, read_bytes
from dispatchctl.store.gathering import PLACE
from dispatchctl.store.index import Index
from dispatchctl.store.reading import rows_at

if TYPE_CHECKING:
    pass

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
    present = books.present
    closed = {month: at for month, at in list_closed(present).items() if month not in months and month < months[0]}
    if not closed:
        return []
    end = stretch.end * MICRO
    if books.closing is not None:
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


def list_corrected(books: Books, kind: str, stretch: Period) -> list[dict[str, Any]]:
    """The section of what was recorded in a month about months that were closed by then; none where nothing was."""
    if kind != "monthly":
        return []
    rows = list_corrections(books, stretch)
    return (
        [{"id": "corrections", "title": "更正" if books.lang == "zh" else "Corrections", "rows": rows}] if rows else []
    )


def _find_month(books: Books, row: Row, closed: Mapping[str, int]) -> str:
    """The closed month that a row is about, "" for none."""
    at = row.at
    if row.event in ("amended", "retracted"):
        rows = [each for each in books.index.family_rows(row.id) if each.id == row.id]
        aim = row.fields.get("row") if row.event == "retracted" else ""
        named = [each for each in rows if each.ref == aim] if aim else sorted(rows, key=lambda each: each.recorded)
        at = named[0].at if named else at
    month = local_month(books, at)
    return month if month in closed else ""


# --- finding the rows -------------------------------------------------------------------------------------------------


def _read_candidates(books: Books, months: Sequence[str]) -> Iterator[tuple[Row, str]]:
    """(row, root of its family) of each row in the files of these months that can be about an earlier one."""
    index = books.index
    for register in books.pages.names:
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
