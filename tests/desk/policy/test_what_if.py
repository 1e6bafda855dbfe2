"""A month under other rules: what-if shows what would have been otherwise, and changes nothing."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk, november
from transcripts import Result

Run = Callable[..., Result]


@pytest.fixture
def desk(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_month)


def open_month(run: Run, folder: Path) -> Desk:
    """Published rules; two orders done after 2 and 6 business hours; one person late three times."""
    desk = copy_desk(run, folder)
    desk.do("mgr", "policy", "publish")
    desk.do("mgr", "staff", "change", "pan", "--class", "B")
    desk.clock(3, "09:00")
    jobs = [(desk.send(desk.take(), who), who) for who in ("pan", "shui")]
    for clock, (job, who) in zip(("11:00", "16:30"), jobs, strict=True):
        desk.clock(3, clock)
        desk.do(who, "complete", job)
        desk.do("lin", "confirm", job)
    desk.clock(12, "18:00")
    for day in (4, 5, 6):
        desk.do("sup-e", "attendance", "late", "pan", "--on", f"2026-11-{day:02}")
    desk.now = "2026-12-02T09:00:00+08:00"
    return desk


def edit(desk: Desk, *changes: tuple[str, str]) -> str:
    """A copy of the rules with these changes, beside them."""
    text = (desk.folder / "policies.yaml").read_text(encoding="utf-8")
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text)
        assert count, pattern
    (desk.folder / "new.yaml").write_text(text, encoding="utf-8")
    return "new.yaml"


def read_records(desk: Desk) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(desk.folder.rglob("*")) if path.is_file()}


def suppose(desk: Desk, *options: str) -> Any:
    return desk.do("mgr", "policy", "what-if", "new.yaml", "--month", "2026-11", *options)


def test_a_clock_that_flips_stands_beside_what_it_was(desk: Desk) -> None:
    """Taken at 09:00: 8 business hours end the next morning, 3 at noon; the second was done at 16:30."""
    edit(desk, (r"    limit: 8bh, from: order.appointment_at", "    limit: 3bh, from: order.appointment_at"))
    before = read_records(desk)
    found = suppose(desk)
    assert found["clocks"] == [
        {
            "case": "A-20261103-0002",
            "clock": "complete",
            "item": None,
            "started_at": november(3, "09:00"),
            "before": {"due_at": november(4, "09:30"), "verdict": "met", "provisional": False},
            "after": {"due_at": november(3, "12:00"), "verdict": "late", "provisional": False},
        }
    ]
    assert found["charges"] == []
    assert found["totals"]["clocks"]["changed"] == 1
    before_late, after_late = (found["totals"]["clocks"][side]["late"] for side in ("before", "after"))
    assert after_late == before_late + 1
    assert read_records(desk) == before, "something was written"


def test_all_lists_what_comes_out_the_same_too(desk: Desk) -> None:
    edit(desk, (r"    limit: 8bh, from: order.appointment_at", "    limit: 6bh, from: order.appointment_at"))
    assert suppose(desk)["clocks"] == []
    whole = suppose(desk, "--all")["clocks"]
    mine = [item for item in whole if (item["case"], item["clock"]) == ("A-20261103-0002", "complete")]
    assert [(item["before"]["due_at"], item["after"]["due_at"]) for item in mine] == [
        (november(4, "09:30"), november(3, "16:30"))
    ]
    assert {item["before"]["verdict"] for item in mine} == {item["after"]["verdict"] for item in mine} == {"met"}


def test_the_same_rules_change_nothing(desk: Desk) -> None:
    edit(desk)
    found = suppose(desk)
    assert (found["clocks"], found["charges"], found["scores"]) == ([], [], [])
    for part in found["totals"].values():
        assert part["changed"] == 0
        assert part["before"] == part["after"]


def test_charges_are_compared_by_key_and_added_up(desk: Desk) -> None:
    """Late on three days: from the second time 2 x 30.00 yuan; by the new rules 50.00 from the third time on."""
    old = "from_nth: 2, within: month,\n     amount: 30"
    edit(desk, (re.escape(old), "from_nth: 3, within: month,\n     amount: 50"))
    found = suppose(desk)
    sides = [(item["rule"], item["before"] and item["before"]["amount"], item["after"] and item["after"]["amount"])
             for item in found["charges"]]  # fmt: skip
    assert sides == [("late-b", "30.00", None), ("late-b", "30.00", "50.00")]
    totals = found["totals"]["charges"]
    assert totals["before"] == {"count": 2, "open": 0, "amounts": {"fine": "60.00"}}
    assert totals["after"] == {"count": 1, "open": 0, "amounts": {"fine": "50.00"}}
    assert totals["changed"] == 2


def test_scores_are_compared_person_by_person(desk: Desk) -> None:
    """shui had one order on time of one; by the new rules none."""
    edit(desk, (r"    limit: 8bh, from: order.appointment_at", "    limit: 3bh, from: order.appointment_at"))
    (item,) = suppose(desk)["scores"]
    assert item["staff"] == "shui"
    assert float(item["before"]["score"]) > float(item["after"]["score"])


def test_a_clock_that_only_the_new_rules_have_was_none(desk: Desk) -> None:
    edit(desk, (r"(?m)^clocks:\n", "clocks:\n  - {id: fresh, of: orders, start: taken, stop: assignments.assigned, "
                "limit: 1bm, owner: desk, source: [PD-2.1]}\n"))  # fmt: skip
    found = [item for item in suppose(desk)["clocks"] if item["clock"] == "fresh"]
    assert [(item["case"], item["before"]) for item in found] == [
        ("O-20261103-0001", {"due_at": None, "verdict": "none", "provisional": False}),
        ("O-20261103-0002", {"due_at": None, "verdict": "none", "provisional": False}),
    ]
    assert {item["after"]["verdict"] for item in found} <= {"met", "late"}


def test_an_order_of_long_ago_falls_due_in_the_month_by_a_longer_limit(desk: Desk) -> None:
    """Due on 4 November by 8 business hours; by 30 working days in December, where it was not before."""
    edit(desk, (r"    limit: 8bh, from: order.appointment_at", "    limit: 30wd, from: order.appointment_at"))
    found = desk.do("mgr", "policy", "what-if", "new.yaml", "--month", "2026-12", "--all")
    mine = [item for item in found["clocks"] if (item["case"], item["clock"]) == ("A-20261103-0002", "complete")]
    assert [(item["before"], item["after"]["verdict"]) for item in mine] == [
        ({"due_at": november(4, "09:30"), "verdict": "met", "provisional": False}, "met")
    ]


def test_a_closed_month_is_compared_as_of_its_closing(desk: Desk) -> None:
    edit(desk, (r"    limit: 8bh, from: order.appointment_at", "    limit: 3bh, from: order.appointment_at"))
    first = suppose(desk)
    desk.do("mgr", "records", "seal", "--month", "2026-11")
    desk.now = "2026-12-20T09:00:00+08:00"
    desk.do("sup-e", "retract", "A-20261103-0002", "--reason", "误操作")
    assert suppose(desk) == first


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ((r"limit: 8bh, from", "limit: 8xh, from"), "new.yaml:"),
        ((r"of: attendance.late", "of: attendance.lates"), "unknown event of attendance lates"),
    ],
)
def test_faults_are_listed_and_nothing_is_judged(desk: Desk, change: tuple[str, str], named: str) -> None:
    edit(desk, change)
    assert named in desk.refuse(5, "mgr", "policy", "what-if", "new.yaml", "--month", "2026-11")


def test_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    assert "none.yaml" in desk.refuse(3, "mgr", "policy", "what-if", "none.yaml", "--month", "2026-11")


def test_every_format_says_the_same(desk: Desk) -> None:
    old = "from_nth: 2, within: month,\n     amount: 30"
    edit(desk, (re.escape(old), "from_nth: 3, within: month,\n     amount: 50"),
         (r"    limit: 8bh, from: order.appointment_at", "    limit: 3bh, from: order.appointment_at"))  # fmt: skip
    document = suppose(desk)
    lines = desk.act("mgr", "policy", "what-if", "new.yaml", "--month", "2026-11", "--format", "jsonl").out
    parts = [json.loads(line)["part"] for line in lines.splitlines()]
    assert parts == ["clock"] * len(document["clocks"]) + ["charge"] * 2 + ["score"] * len(document["scores"])
    table = desk.act("mgr", "policy", "what-if", "new.yaml", "--month", "2026-11").out
    for text in ("A-20261103-0002", "逾期", "60.00", "50.00", "合计"):
        assert text in table
    ids = desk.act("mgr", "policy", "what-if", "new.yaml", "--month", "2026-11", "-q").out.split()
    assert ids[0] == "A-20261103-0002"
