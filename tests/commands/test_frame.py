"""The frame of commands: what judges refuses rows that are wrong, what only shows goes on and says so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from stories import START, join_staff, list_lines
from transcripts import Result

Run = Callable[..., Result]

COMMON = ("--as", "lin", "--now", "2026-11-02T12:00:00+08:00")
JUDGES = (
    *("overdue", "status", "worklist wu", "urge --all", "due --all", "due O-20261102-0001", "suggest O-20261102-0001"),
    *("assign O-20261102-0001 wu", "report monthly", "appraise", "ledger due", "ledger list", "follow-up list"),
    *("ledger propose --all", "why on_time", "policy what-if policies.yaml --month 2026-11"),
)
SHOWS = ("show O-20261102-0001", "list orders", "policy show calendar")


@pytest.fixture
def damaged(demo: Path, run: Run) -> Path:
    """A folder with an order, one byte of whose row was changed since."""
    join_staff(run)
    order = next(list_lines("orders"))
    assert run(*order.argv, "--as", "lin", "--now", START.isoformat()).code == 0
    assert run("triage", "1", "--dispatch", "--as", "lin", "--now", START.isoformat()).code == 0
    path = demo / "records" / "orders" / "2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace("厨房漏水".encode(), "厨房冒水".encode()))
    return demo


@pytest.mark.parametrize("words", JUDGES)
def test_what_judges_refuses_a_row_that_is_wrong(words: str, damaged: Path, run: Run) -> None:
    refused = run(*words.split(), *COMMON)
    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("dispatchctl: records/orders/2026-11.main.csv:2: ")
    assert "hint: see: dispatchctl records check" in refused.err


@pytest.mark.parametrize("words", SHOWS)
def test_what_only_shows_tells(words: str, damaged: Path, run: Run) -> None:
    shown = run(*words.split(), *COMMON)
    assert shown.code == (0 if words.startswith("policy") else 5)  # what it shows rests on a row that is wrong
    assert "records/orders/2026-11.main.csv:2: " in shown.err or words.startswith("policy")
