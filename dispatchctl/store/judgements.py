"""What judging a family gives the index to keep: rows of its tables by name, and the conditions asked of them. Store.

The names of a row are the columns of its table: who judges builds a row by name, who asks gets it by name, and a
column added here is added everywhere. A condition that several ask stands here once, in SQL and, where rows at hand
are asked too, in Python.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar


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


class OverdueRow(NamedTuple):
    """Of a ClockRow what lists of running clocks show: there are thousands, so that every column counts."""

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


class Judged(NamedTuple):
    """What the rows of one family come to: rows for the tables."""

    cases: Sequence[tuple[str, tuple[Any, ...]]]  # (register, values of schema.case_columns)
    clocks: Sequence[ClockRow]
    charges: Sequence[ChargeRow] = ()
    scores: Sequence[ScoreRow] = ()


OfClocks = TypeVar("OfClocks", ClockRow, OverdueRow)

RUNNING = "state = 'running'"  # of a clock
HERE = "state NOT IN ('left', 'void')"  # of the staff: who works here
#: what a change from a time on may judge otherwise; two ?: that time, seconds
CHANGEABLE = f"{RUNNING} OR stopped_at >= ? OR due_at >= ?"
#: of the assignments: what somebody still has to work on
AT_WORK = "{0}final = 0 AND {0}state <> 'completed'"


def read_clocks(
    db: sqlite3.Connection, kind: type[OfClocks], rest: str, values: Sequence[int | str] = ()
) -> Iterator[OfClocks]:
    """Rows of the clocks table, of each what `kind` names.

    rest: what stands after the table's name, WHERE and ORDER BY, with a ? for each value.
    """
    columns = ", ".join(f'"{name}"' for name in kind._fields)
    return map(kind._make, db.execute(f"SELECT {columns} FROM clocks {rest}", values))


def is_paused(now: int, due: int | None, paused_from: int | None, paused_until: int | None) -> bool:
    """Whether a running instance stands still now: in a pause that still counts, and not late when it began."""
    if paused_from is None or now < paused_from or (paused_until is not None and now >= paused_until):
        return False
    return due is None or due > paused_from


def write_happened(stopped: str, due: str, table: str = "") -> str:
    """SQL: it stopped, or it is late and does not stand still (is_paused); three ?, each the present in seconds.

    stopped: SQL that says so. due: the column of its due time. table: what stands before the columns, as `i.`.
    """
    return (
        f"({stopped} OR ({due} < ? AND NOT ({table}paused_from IS NOT NULL AND {table}paused_from <= ?"
        f" AND ({table}paused_until IS NULL OR {table}paused_until > ?) AND {due} > {table}paused_from)))"
    )
