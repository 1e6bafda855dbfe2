"""Rows of the index by name: their names are the tables' columns, and a rule in SQL and in Python is one rule."""

import sqlite3
from itertools import product

import pytest

from dispatchctl.registers import SHIPPED
from dispatchctl.rules.charges import Occurrence
from dispatchctl.store.conditions import is_paused, write_happened
from dispatchctl.store.fact_rows import ChargeRow
from dispatchctl.store.judgements import ClockRow, read_clocks
from dispatchctl.store.overdue_rows import OverdueRow, read_overdue
from dispatchctl.store.schema import all_statements, insert_statement, judged_tables

NOW = 100
TIMES = (None, 90, 99, 100, 101, 110)


@pytest.fixture
def tables() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript(all_statements(SHIPPED))
    return db


@pytest.mark.parametrize(("table", "names"), judged_tables().items())
def test_the_names_of_a_row_are_the_columns_of_its_table(
    tables: sqlite3.Connection, table: str, names: tuple[str, ...]
) -> None:
    columns = tables.execute(f"PRAGMA table_info({table})").fetchall()
    assert tuple(name for _, name, *_ in columns) == names


def test_a_charge_row_is_an_occurrence_of_the_rules_with_its_family() -> None:
    assert ChargeRow._fields == ("family", *Occurrence._fields)


def make_clock(number: int, **more: int | str | None) -> ClockRow:
    given = dict.fromkeys(ClockRow._fields) | {"family": "O1", "case": "O1", "clock": "fulfil", "instance": number}
    return ClockRow(**{**given, "state": "running", **more})  # type: ignore[arg-type]


def test_rows_come_back_by_name(tables: sqlite3.Connection) -> None:
    rows = [make_clock(number, due_at=NOW - number, limit="2h", department="d1") for number in (1, 2)]
    tables.executemany(insert_statement("clocks", ClockRow._fields), rows)
    assert set(OverdueRow._fields) <= set(ClockRow._fields)  # SQL would take another name for a text
    assert [row.due_at for row in read_overdue(tables, "ORDER BY instance")] == [99, 98]
    assert list(read_clocks(tables, "WHERE due_at < ? ORDER BY due_at", (NOW,))) == rows[::-1]


def test_what_stands_still_is_the_same_for_rows_at_hand_and_for_rows_in_the_index(tables: sqlite3.Connection) -> None:
    cases = [
        make_clock(number, due_at=due, paused_from=since, paused_until=until)
        for number, (due, since, until) in enumerate(product(TIMES[1:], TIMES, TIMES))
    ]
    tables.executemany(insert_statement("clocks", ClockRow._fields), cases)
    query = f"SELECT instance FROM clocks WHERE {write_happened('state <> ' + repr('running'), 'due_at')}"
    found = {number for (number,) in tables.execute(query, (NOW,) * 3)}
    late = [row for row in cases if row.due_at is not None and row.due_at < NOW]
    assert found == {row.instance for row in late if not is_paused(NOW, row.due_at, row.paused_from, row.paused_until)}
    assert 0 < len(found) < len(late)
