"""What the index keeps of a judged family: the row of a clock, declared, and all rows together. Store.

The names of a row are the columns of its table: who judges builds a row by name, who asks gets it by name, and a
column added here is added everywhere. Loaded with the first family that is judged; rows that few families have stand
in fact_rows, the tables of all in schema.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dispatchctl.store.fact_rows import ChargeRow, FactRow, ScoreRow


class ClockRow(NamedTuple):
    """One instance of a clock for one of its owners. Times are seconds; 0 and 1 are false and true.

    share: 0 for the first of its owners, 1, 2, ... for the others: a count of instances takes share 0. breached: None
    while it cannot be told. levels: the times of its levels, joined by `,`. source: its clauses, joined by `;`.
    service to department: of the case or its order. elapsed, counted: what it took, once stopped (rules.durations).
    """

    family: str
    case: str
    register: str
    clock: str
    instance: int
    item: str | None
    share: int
    owner: str | None
    state: str
    started_at: int
    due_at: int | None
    stopped_at: int | None
    stopped_by: str | None
    breached: int | None
    paused_from: int | None
    paused_until: int | None
    provisional: int
    before_rules: int
    extension: str | None
    warn_at: int | None
    levels: str | None
    policy: str
    limit: str | None
    counting: str
    source: str | None
    urged_at: int | None
    service: str | None
    priority: str | None
    area: str | None
    department: str | None
    elapsed: int | None
    counted: int | None


class Judged(NamedTuple):
    """What the rows of one family come to: rows for the tables."""

    cases: Sequence[tuple[str, tuple[Any, ...]]]  # (register, values of schema.case_columns)
    clocks: Sequence[ClockRow]
    charges: "Sequence[ChargeRow]" = ()
    scores: "Sequence[ScoreRow]" = ()
    facts: "Sequence[FactRow]" = ()
    rows: Sequence[tuple[str, tuple[Any, ...]]] = ()  # (an event as `orders.paid`, values of schema.row_columns)


def read_clocks(db: sqlite3.Connection, rest: str, values: Sequence[int | str] = ()) -> Iterator[ClockRow]:
    """Rows of the clocks table. rest: what stands after its name, WHERE and ORDER BY, with a ? for each value."""
    columns = ", ".join(f'"{name}"' for name in ClockRow._fields)
    return map(ClockRow._make, db.execute(f"SELECT {columns} FROM clocks {rest}", values))
