"""An entry whose fact is gone: it shows until it is reversed, also after its month was closed; nobody approves it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk
from transcripts import Result

Run = Callable[..., Result]
SEALED = "2026-12-02T09:00:00+08:00"
TAKEN_BACK = "2026-12-10T09:00:00+08:00"
LATER = "2026-12-11T09:00:00+08:00"
NOVEMBER = ("--month", "2026-11")


def open_fined(run: Run, folder: Path) -> Desk:
    """pan was late three times in November: two fines, one approved and paid, one proposed; then it was sealed."""
    desk = copy_desk(run, folder)
    desk.do("mgr", "policy", "publish")
    desk.do("mgr", "staff", "change", "pan", "--class", "B")
    for day in (3, 4, 5):
        desk.clock(day, "09:30")
        desk.do("lin", "attendance", "late", "pan", "--on", f"2026-11-{day:02}")
    desk.do("mgr", "ledger", "propose", "--all")
    desk.do("sup-e", "ledger", "approve", "1", "--reason", "属实")
    desk.do("mgr", "ledger", "paid", "1")
    desk.now = SEALED
    desk.do("mgr", "records", "seal", *NOVEMBER)
    desk.now = LATER
    return desk


@pytest.fixture
def desk(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_fined)


def take_back(desk: Desk) -> None:
    """The first arrival was noted of the wrong person: the second is the first, and free; the third still counts."""
    desk.now = TAKEN_BACK
    desk.do("lin", "retract", desk.rows("attendance")[0]["id"], "--reason", "记错人")
    desk.now = LATER


def list_states(desk: Desk, *argv: str) -> list[tuple[str, str]]:
    key = "id" if argv[0] == "list" else "entry"
    found: list[dict[str, Any]] = json.loads(desk.act("mgr", "ledger", *argv, "--json").out)
    return [(item[key][-4:], item["state"]) for item in found]


def test_it_shows_today_until_it_is_reversed(desk: Desk) -> None:
    closed = desk.act("mgr", "ledger", "due", *NOVEMBER, "--json").out
    assert [item["state"] for item in json.loads(closed)] == ["paid", "proposed"]
    assert list_states(desk, "due") == []
    take_back(desk)
    assert desk.act("mgr", "ledger", "due", *NOVEMBER, "--json").out == closed  # as of its closing, for ever
    assert list_states(desk, "due") == [("0001", "unfounded")]
    assert list_states(desk, "due", "--staff", "shui") == []
    assert list_states(desk, "list") == [("0001", "unfounded"), ("0002", "proposed")]
    assert list_states(desk, "list", *NOVEMBER) == [("0001", "unfounded"), ("0002", "proposed")]
    listed = json.loads(desk.act("mgr", "ledger", "list", "--json").out)
    assert [item["entry_state"] for item in listed] == ["paid", "proposed"]
    assert "依据已失" in desk.act("mgr", "ledger", "due", env={"DISPATCHCTL_LANG": "zh"}).out
    assert "依据已失" in desk.act("mgr", "ledger", "list", env={"DISPATCHCTL_LANG": "zh"}).out
    # looked back on, and a month later
    assert list_states(desk, "due", "--as-of", "2026-12-09T09:00:00+08:00") == []
    assert list_states(desk, "list", "--as-of", "2026-12-09T09:00:00+08:00")[0] == ("0001", "paid")
    desk.now = "2027-01-20T09:00:00+08:00"
    assert list_states(desk, "due") == [("0001", "unfounded")]
    desk.do("sup-e", "ledger", "reverse", "L-20261105-0001", "--reason", "记错人，退还")
    assert list_states(desk, "due") == []
    assert list_states(desk, "list") == [("0001", "reversed"), ("0002", "proposed")]
    desk.act("mgr", "records", "rebuild")
    assert list_states(desk, "list") == [("0001", "reversed"), ("0002", "proposed")]


def test_nobody_approves_it(desk: Desk) -> None:
    take_back(desk)
    desk.do("lin", "retract", desk.rows("attendance")[1]["id"], "--reason", "记错人")
    told = desk.refuse(4, "sup-e", "ledger", "approve", "L-20261105-0002", "--reason", "属实")
    assert "L-20261105-0002 is unfounded: attendance/2026-11.main#3 gives no late-b of pan any more" in told
    assert "KZ-2.3" in told
    desk.do("sup-e", "ledger", "waive", "L-20261105-0002", "--reason", "依据已撤")
    assert list_states(desk, "list") == [("0001", "unfounded"), ("0002", "waived")]


def test_the_fact_may_come_back(desk: Desk) -> None:
    take_back(desk)
    row = desk.rows("attendance")[-1]
    desk.do("mgr", "retract", row["id"], f"attendance/2026-12.main#{row['seq']}", "--reason", "撤回有误")
    assert list_states(desk, "due") == []
    desk.do("sup-e", "ledger", "approve", "L-20261105-0002", "--reason", "属实")


def test_who_pays_it_all_the_same_is_told(run: Run, isolated: Path) -> None:
    desk = copy_desk(run, isolated)
    desk.do("mgr", "staff", "change", "pan", "--class", "B")
    for day in (3, 4):
        desk.clock(day, "09:30")
        desk.do("lin", "attendance", "late", "pan", "--on", f"2026-11-{day:02}")
    desk.do("mgr", "ledger", "propose", "--all")
    desk.do("sup-e", "ledger", "approve", "1", "--reason", "属实")
    desk.do("lin", "retract", desk.rows("attendance")[0]["id"], "--reason", "记错人")
    assert list_states(desk, "due") == [("0001", "unfounded")]
    done = desk.act("mgr", "ledger", "paid", "1")
    assert done.code == 0
    assert "warning: L-20261104-0001 is unfounded" in done.err
    assert list_states(desk, "list") == [("0001", "unfounded")]


def test_what_was_noticed_by_hand_rests_on_a_word(desk: Desk) -> None:
    desk.do("mgr", "ledger", "propose", "--rule", "unreachable", "--staff", "shui", "--reason", "三次未接")
    assert list_states(desk, "list")[-1] == ("0001", "proposed")
