"""The ledger as people read it: every entry with what became of it, and whether its fact still stands. Desk."""

from collections.abc import Iterator
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.closed import is_unfounded
from dispatchctl.desk.ledger.due import UNFOUNDED
from dispatchctl.desk.ledger.entries import list_occurred, read_entries
from dispatchctl.desk.periods import month_period
from dispatchctl.desk.times import Formatter

LIST_KEYS = (
    "id", "state", "key", "staff", "staff_name", "rule", "kind", "amount", "range", "also", "taken", "clauses",
    "evidence", "case", "reason", "occurred_at", "fund", "entry_state",
)  # fmt: skip


def list_ledger(books: Books, month: str = "", staff: str = "") -> Iterator[dict[str, Any]]:
    """The ledger's entries, hand entries and spendings too, by when it occurred and id; keys: LIST_KEYS.

    month: as typed, "" for all. One that stands although no fact gives it any more is `unfounded`; entry_state is what
    was decided about it all the same.
    """
    db, more = books.index.db, ("taken", "reason", "first_at")
    say = Formatter(books.timezone)
    if month:
        period = month_period(books, month)
        spent = "WHERE state = 'spent' AND first_at >= ? AND first_at < ?"  # it has no fact but its own time
        entries = [
            *list_occurred(db, books.timezone, period.start, period.end, "state <> 'void'", more=more),
            *read_entries(db, spent, (period.start, period.end), more),
        ]
    else:
        entries = list(read_entries(db, "WHERE state <> 'void'", more=more))
    names = dict(db.execute("SELECT id, name FROM staff").fetchall())
    found = []
    for entry in entries:
        entry["occurred_at"] = entry["occurred_at"] or say(entry["first_at"])
        entry["staff_name"] = names.get(entry["staff"])
        entry["entry_state"] = entry["state"]
        if not staff or entry["staff"] == staff:
            if is_unfounded(books, entry, books.now):
                entry["state"] = UNFOUNDED
            found.append({key: entry[key] for key in LIST_KEYS})
    yield from sorted(found, key=lambda item: (item["occurred_at"], item["id"]))
