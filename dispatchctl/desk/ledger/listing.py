"""The ledger as people read it: every entry with what became of it, and whether its fact still stands. Desk."""

from collections.abc import Iterator
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.closed import is_unfounded
from dispatchctl.desk.ledger.due import UNFOUNDED
from dispatchctl.desk.ledger.entries import LIVE, list_occurred, list_same_fact, read_entries, say_conflict
from dispatchctl.desk.periods import month_period
from dispatchctl.desk.times import Formatter
from dispatchctl.rules.turns import CONFLICT

LIST_KEYS = (
    "id", "state", "key", "staff", "staff_name", "rule", "kind", "amount", "range", "also", "taken", "clauses",
    "evidence", "case", "reason", "occurred_at", "fund", "entry_state", "same_fact",
)  # fmt: skip


def list_ledger(books: Books, month: str = "", staff: str = "") -> Iterator[dict[str, Any]]:
    """The ledger's entries, hand entries and spendings too, by when it occurred and id; keys: LIST_KEYS.

    month: as typed, "" for all. One that stands although no fact gives it any more is `unfounded`, one beside which
    others of its fact stand (same_fact: their ids) is in `conflict`; entry_state is what was decided about it all the
    same.
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
    found, conflicts = [], set()
    for entry in entries:
        entry["occurred_at"] = entry["occurred_at"] or say(entry["first_at"])
        entry["staff_name"] = names.get(entry["staff"])
        entry["entry_state"] = entry["state"]
        entry["same_fact"] = []
        if not staff or entry["staff"] == staff:
            standing = list_same_fact(db, entry) if entry["state"] in LIVE else []
            if len(standing) > 1:
                conflicts.add(tuple(standing))
                entry["state"] = CONFLICT
                entry["same_fact"] = [name for name in standing if name != entry["id"]]
            elif is_unfounded(books, entry, books.now):
                entry["state"] = UNFOUNDED
            found.append({key: entry[key] for key in LIST_KEYS})
    books.warnings += map(say_conflict, sorted(conflicts))
    yield from sorted(found, key=lambda item: (item["occurred_at"], item["id"]))
