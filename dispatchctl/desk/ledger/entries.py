"""The entries of the ledger as they were read back: of a key, of a person, of the facts of a time. Desk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from dispatchctl.registers.page import split_items
from dispatchctl.rules.discipline import Sanction
from dispatchctl.store.schema import quote
from dispatchctl.typed import to_epoch

DAY = 86_400
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


def list_entries_of(db: sqlite3.Connection, timezone: str, start: int, end: int, staff: str) -> Iterable[Entry]:
    """The entries that rest on a fact of [start, end) and stand; timezone: of times without an offset."""
    rest, more = f"evidence IS NOT NULL AND {STANDS}", []
    if staff:
        rest, more = f"{rest} AND staff = ?", [staff]
    return list_occurred(db, timezone, start, end, rest, more)


def list_occurred(
    db: sqlite3.Connection,
    timezone: str,
    start: int,
    end: int,
    rest: str,
    values: Sequence[Any] = (),
    more: Sequence[str] = (),
) -> list[Entry]:
    """The entries of what occurred in [start, end), seconds, and meets a condition; more: further columns."""
    # As texts, times of several offsets are in order to a day only.
    bounds = [datetime.fromtimestamp(each, UTC).isoformat()[:19] for each in (start - DAY, end + DAY)]
    found = read_entries(db, f"WHERE occurred_at >= ? AND occurred_at < ? AND {rest}", [*bounds, *values], more)
    return [each for each in found if start <= to_epoch(datetime.fromisoformat(each["occurred_at"]), timezone) < end]
