"""The columns of clocks that lists of running ones read: overdue, worklist, who is still to be asked. Store.

Apart from the conditions, which every command needs.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class OverdueRow(NamedTuple):
    """Of a row of clocks (judgements.ClockRow) what lists of running ones show: of thousands, every column counts."""

    case: str
    register: str
    clock: str
    instance: int
    item: str | None
    owner: str | None
    started_at: int
    due_at: int | None
    levels: str | None
    urged_at: int | None
    extension: str | None
    service: str | None
    priority: str | None
    area: str | None
    source: str | None
    provisional: int
    before_rules: int
    paused_from: int | None
    paused_until: int | None


def read_overdue(db: sqlite3.Connection, rest: str, values: Sequence[int | str] = ()) -> Iterator[OverdueRow]:
    """Rows of the clocks table. rest: what stands after its name, WHERE and ORDER BY, with a ? for each value."""
    columns = ", ".join(f'"{name}"' for name in OverdueRow._fields)
    return map(OverdueRow._make, db.execute(f"SELECT {columns} FROM clocks {rest}", values))
