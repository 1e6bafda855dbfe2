"""The entries of the ledger as they were read back: of a fact, of a person, of the facts of a time. Desk.

An entry's `fact` is the one that its evidence records now, else the one that its key names (rules.facts). Two entries
of one fact that stand both are a conflict: two offices proposed it before they had each other's rows.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dispatchctl.registers.page import split_items
from dispatchctl.rules.charges import make_key
from dispatchctl.rules.discipline import Sanction
from dispatchctl.store.fact_rows import ENTRY_FACT, write_evidence
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
    """Entries of the ledger by the names of ENTRY and their `fact`, the lists as lists. more: further columns.

    rest: what stands after the table's name, with a ? for each value.
    """
    names = (*ENTRY, *more)
    lists = [name for name in names if name in LISTS]
    columns = ", ".join(map(quote, names))
    for row in db.execute(f"SELECT {columns}, {ENTRY_FACT} FROM ledger {rest}", values):
        entry = dict(zip((*names, "fact"), row, strict=True))
        for name in lists:
            entry[name] = split_items(entry[name] or "")
        yield entry


def list_entries(db: sqlite3.Connection, rule: str, fact: str, staff: str) -> list[Entry]:
    """The ledger's entries of a fact under a rule for a person, oldest first."""
    # The + keeps SQLite from reading all that a person ever had.
    resting = f"{write_evidence('ledger.evidence')} IN (SELECT evidence FROM facts WHERE fact = ?)"
    rest = (
        f"WHERE (ledger.key = ? OR {resting}) AND ledger.rule = ? AND +ledger.staff = ? AND {ENTRY_FACT} = ?"
        " AND state <> 'void' ORDER BY first_at, id"
    )
    return list(read_entries(db, rest, (make_key(rule, fact, staff), fact, rule, staff, fact)))


def find_entry(db: sqlite3.Connection, name: str) -> Entry:
    """The entry of that id, which there must be."""
    return next(read_entries(db, "WHERE id = ?", (name,)))


def name_fact(entry: Mapping[str, Any]) -> str:
    """The key of the fact that an entry, or an item of what is due, rests on now."""
    return make_key(entry["rule"], entry["fact"], entry["staff"])


def is_keyed_by_row(entry: Entry) -> bool:
    """Whether an entry's key names its evidence, as keys of older releases do."""
    return bool(entry["key"] == make_key(entry["rule"], entry["evidence"], entry["staff"]))


def list_same_fact(db: sqlite3.Connection, entry: Entry) -> list[str]:
    """The ids of the entries of the fact of this one that stand, oldest first: a conflict where they are several."""
    found = list_entries(db, entry["rule"], entry["fact"], entry["staff"])
    return [each["id"] for each in found if each["state"] in LIVE]


def list_conflicts(db: sqlite3.Connection) -> list[list[str]]:
    """The ids of the entries of each fact that stand where several do, oldest first."""
    query = f"SELECT id, rule || '/' || {ENTRY_FACT} || '/' || staff FROM ledger WHERE {STANDS} ORDER BY first_at, id"
    found: dict[str, list[str]] = {}
    for name, key in db.execute(query):
        found.setdefault(key, []).append(name)
    return [names for names in found.values() if len(names) > 1]


def say_conflict(names: Sequence[str]) -> str:
    """What is told of entries of one fact that all stand."""
    return f"{' and '.join(names)} charge one and the same fact: none is paid or counted until only one stands"


def pick_entry(entries: Sequence[Entry]) -> Entry | None:
    """Of the entries of one fact the one that says what became of it: the one that stands, else the last."""
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
