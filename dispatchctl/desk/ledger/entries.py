"""The entries of the ledger as they were read back: of a key, of a person, of the facts of a time. Desk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dispatchctl.desk.times import Formatter
from dispatchctl.registers.page import split_items
from dispatchctl.rules.discipline import Sanction
from dispatchctl.store.schema import quote

LIVE = ("proposed", "approved", "paid")  # states of an entry that stands
STANDS = f"state IN ({', '.join(repr(state) for state in LIVE)})"
ENTRY = (
    "id", "state", "key", "staff", "rule", "kind", "amount", "range", "occurred_at", "evidence", "case", "clauses",
    "also", "instead", "propose", "fund", "approver", "record",
)  # fmt: skip
LISTS = ("range", "clauses", "also", "instead", "propose", "record", "taken")  # of these, those that are lists

Entry = dict[str, Any]


def read_entries(
    db: sqlite3.Connection, rest: str, values: Sequence[Any] = (), more: Sequence[str] = ()
) -> Iterator[Entry]:
    """Entries of the ledger by the names of ENTRY, its lists as lists. more: further columns.

    rest: what stands after the table's name, with a ? for each value.
    """
    names = (*ENTRY, *more)
    lists = [name for name in names if name in LISTS]
    columns = ", ".join(map(quote, names))
    for row in db.execute(f"SELECT {columns} FROM ledger {rest}", values):
        entry = dict(zip(names, row, strict=True))
        for name in lists:
            entry[name] = split_items(entry[name] or "")
        yield entry


def list_entries(db: sqlite3.Connection, key: str) -> list[Entry]:
    """The ledger's entries of a key, oldest first."""
    return list(read_entries(db, "WHERE key = ? AND state <> 'void' ORDER BY first_at, id", (key,)))


def pick_entry(entries: Sequence[Entry]) -> Entry | None:
    """Of the entries of one key the one that says what became of it: the one that stands, else the last."""
    standing = [entry for entry in entries if entry["state"] in LIVE]
    return standing[0] if standing else (entries[-1] if entries else None)


def list_record(db: sqlite3.Connection, staff: str, until: int) -> list[Sanction]:
    """What was approved against a person by then (seconds) and stands, besides money."""
    rows = db.execute(
        'SELECT id, "at:approved", also, taken FROM ledger WHERE staff = ? AND "at:approved" <= ?'
        " AND state IN ('approved', 'paid') ORDER BY 2, 1",
        (staff, until),
    )
    return [
        Sanction(entry, at, tuple(dict.fromkeys([*split_items(also or ""), *split_items(taken or "")])))
        for entry, at, also, taken in rows
    ]


def list_entries_of(db: sqlite3.Connection, say: Formatter, start: int, end: int, staff: str) -> Iterable[Entry]:
    """The entries that rest on a fact of [start, end) and stand."""
    # Local times of one offset compare as texts; what has none is before any of its own second.
    bounds = [str(say(each))[:19] for each in (start, end)]
    rest = f"WHERE occurred_at >= ? AND occurred_at < ? AND evidence IS NOT NULL AND {STANDS}"
    if staff:
        rest += " AND staff = ?"
    return list(read_entries(db, rest, [*bounds, *([staff] if staff else [])]))
