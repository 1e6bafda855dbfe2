"""The rows that the index keeps of a judged family, declared: their columns by name, and their tables. Store.

The names of a row are the columns of its table: who judges builds a row by name, who asks gets it by name, and a
column added here is added everywhere. Off the daily path: it is loaded with the first family that is judged.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple


class ClockRow(NamedTuple):
    """One instance of a clock for one of its owners. Times are seconds; 0 and 1 are false and true.

    share: 0 for the first of its owners, 1, 2, ... for the others: a count of instances takes share 0. breached: None
    while it cannot be told. levels: the times of its levels, joined by `,`. source: its clauses, joined by `;`.
    service to department: of the case or its order.
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


class ChargeRow(NamedTuple):
    """What a rule of charges or rewards says follows from a fact, for one person, before it is counted how often.

    After `family` it is an occurrence of rules.charges, name for name. at: seconds. running: the clock has not stopped,
    so it is a fact only once `at` has passed while the clock was not paused. amount: what the event itself carries.
    """

    family: str
    rule: str
    staff: str
    at: int
    evidence: str
    register: str
    case: str
    clock: str | None
    instance: int | None
    item: str | None
    event: str | None
    amount: str | None
    running: int
    paused_from: int | None
    paused_until: int | None
    policy: str


class ScoreRow(NamedTuple):
    """One mark that somebody gave (`staff score`). id: the row's reference; score: None for what is no number."""

    family: str
    id: str
    staff: str
    measure: str | None
    score: int | None
    month: str | None
    at: int
    by: str
    state: str


JudgedRow = ClockRow | ChargeRow | ScoreRow
TABLES: dict[str, type[JudgedRow]] = {
    "clocks": ClockRow,
    "charges": ChargeRow,
    "scores": ScoreRow,
}


class Judged(NamedTuple):
    """What the rows of one family come to: rows for the tables."""

    cases: Sequence[tuple[str, tuple[Any, ...]]]  # (register, values of schema.case_columns)
    clocks: Sequence[ClockRow]
    charges: Sequence[ChargeRow] = ()
    scores: Sequence[ScoreRow] = ()


def read_clocks(db: sqlite3.Connection, rest: str, values: Sequence[int | str] = ()) -> Iterator[ClockRow]:
    """Rows of the clocks table. rest: what stands after its name, WHERE and ORDER BY, with a ? for each value."""
    columns = ", ".join(f'"{name}"' for name in ClockRow._fields)
    return map(ClockRow._make, db.execute(f"SELECT {columns} FROM clocks {rest}", values))
