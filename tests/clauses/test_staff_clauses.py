"""The clauses on attendance, training and the personal file, through the command line."""

from typing import Any

import pytest
from desks import Desk, november

BECAUSE = ("--reason", "经核实")


def list_due(desk: Desk, rule: str) -> list[dict[str, Any]]:
    return [item for item in desk.do("lin", "ledger", "due", "--month", desk.now[:7]) if item["rule"] == rule]


def plan_course(desk: Desk, moment: str) -> str:
    return str(desk.do("sup-e", "training", "plan", "--topic", "规章制度", "--on", moment)["id"])


@pytest.mark.clause("KB2-1.1")
def test_more_than_three_late_arrivals_are_on_record_and_may_be_penalised(desk: Desk) -> None:
    for day in (2, 3, 4):
        desk.clock(day, "09:00")
        desk.do("sup-e", "attendance", "late", "pan", "--on", f"2026-11-{day:02}", "--reason", "堵车")
    assert list_due(desk, "often-late") == []
    desk.clock(5, "09:00")
    fourth = desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-05")["id"]
    (item,) = list_due(desk, "often-late")
    assert (item["staff"], item["case"], item["kind"], item["also"]) == ("pan", fourth, "warning", ["oral-warning"])
    assert (item["clauses"], item["approver"]) == (["KB2-1.1", "KB2-8.1"], "department-head")
    kept = [(row["staff"], row["date"]) for row in desk.rows("attendance")]
    assert kept == [("pan", f"2026-11-{day:02}") for day in (2, 3, 4, 5)]
    desk.now = "2026-12-01T09:00:00+08:00"  # counted anew
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-12-01")
    assert list_due(desk, "often-late") == []


@pytest.mark.clause("KB1-4.1")
def test_who_is_late_leaves_early_or_stays_away_is_on_record_and_counted(desk: Desk) -> None:
    broken = [
        ("late", "pan", 2),
        ("left-early", "pan", 3),
        ("absent", "shui", 3),
        ("absent", "shui", 4),
        ("late", "shui", 5),
    ]
    for event, staff, day in broken:
        desk.clock(day, "17:40")
        desk.do("sup-e", "attendance", event, staff, "--on", f"2026-11-{day:02}")
    for event in ("late", "left-early", "absent"):
        said = desk.refuse(4, "pan", "attendance", event, "dian", "--on", "2026-11-05")
        assert f"attendance.{event}" in said, "not by anybody"
    kept = {each["id"]: (each["state"], each["staff"], each["date"]) for each in desk.do("lin", "list", "attendance")}
    assert sorted(kept.values()) == sorted((event, staff, f"2026-11-{day:02}") for event, staff, day in broken)
    for name, event in (("late_arrivals", "late"), ("absences", "absent")):
        found = desk.do("mgr", "report", "staff", "--month", "2026-11", "--drill", name)["numerator"]
        assert sorted(kept[each["id"]] for each in found) == sorted(each for each in kept.values() if each[0] == event)


@pytest.mark.clause("KB2-7.2")
def test_who_misses_training_without_leave_is_on_record_and_is_charged(desk: Desk) -> None:
    course = plan_course(desk, november(5, "14:00"))
    assert "is planned for 2026-11-05" in desk.refuse(4, "sup-e", "training", "missed", course, "dian")
    desk.clock(5, "16:00")
    desk.do("sup-e", "training", "attended", course, "pan")
    desk.do("sup-e", "training", "late", course, "shui")
    desk.do("sup-e", "training", "missed", course, "dian")
    said = desk.refuse(4, "sup-e", "training", "attended", course, "dian")
    assert f"is on record as missed at {course}" in said
    (item,) = list_due(desk, "training-missed")
    assert (item["staff"], item["amount"], item["also"]) == ("dian", "100.00", ["written-warning"])
    assert item["clauses"] == ["KZ-8.10", "KB2-7.2"]
    assert (item["approver"], item["into"]) == ("department-head", "department-fund")


@pytest.mark.clause("GL-2.5")
def test_training_and_its_examinations_are_kept_and_stay_as_they_were(desk: Desk) -> None:
    course = plan_course(desk, november(5, "14:00"))
    desk.clock(5, "16:00")
    desk.do("sup-e", "training", "attended", course, "pan", "shui")
    desk.refuse(2, "sup-e", "training", "examined", course, "--staff", "pan", "--score", "101")
    found = [
        desk.do("sup-e", "training", "examined", course, "--staff", staff, "--score", score)["id"]
        for staff, score in (("pan", "84"), ("shui", "92"))
    ]
    kept = {each["id"]: each for each in desk.do("lin", "list", "training")}
    assert [(kept[case]["staff"], kept[case]["score"], kept[case]["about"]) for case in found] == [
        ("pan", 84, course),
        ("shui", 92, course),
    ]
    who = [(event["event"], event["fields"].get("staff")) for event in desk.show(course)["events"]]
    assert who == [("planned", None), ("attended", "pan"), ("attended", "shui")]
    desk.now = "2026-12-01T09:00:00+08:00"
    desk.do("mgr", "policy", "publish", "--yes")
    desk.do("mgr", "records", "seal", "--month", "2026-11")
    before = desk.act("mgr", "appraise", "--month", "2026-11", "--json").out
    desk.do(
        "sup-e",
        "training",
        "examined",
        "--topic",
        "规章制度",
        "--staff",
        "pan",
        "--score",
        "100",
        "--at",
        "2026-11-30T10:00",
    )
    assert desk.act("mgr", "appraise", "--month", "2026-11", "--json").out == before


@pytest.mark.clause("KB2-8.2")
def test_a_severe_violation_stays_on_file_and_may_end_the_contract(desk: Desk) -> None:
    entry = desk.do("sup-d", "ledger", "propose", "--rule", "unfit", "--staff", "pan", "--reason", "殴打同事")["id"]
    said = desk.refuse(4, "sup-e", "ledger", "approve", entry, *BECAUSE)
    assert "that is for manager" in said
    assert "KB2-8.2" in said
    desk.do("mgr", "ledger", "approve", entry, *BECAUSE)
    shown = desk.show(entry)
    assert (shown["staff"], shown["propose"], shown["events"][0]["fields"]["reason"]) == (
        "pan",
        ["pay-cut", "demotion", "persuaded", "dismissal", "expulsion"],
        "殴打同事",
    )
    assert desk.show("pan")["state"] != "left"  # the contract ends by a decision of its own
    desk.do("mgr", "staff", "leave", "pan", "--kind", "dismissal", "--reason", f"严重违规，见 {entry}")
    gone = desk.show("pan")
    assert (gone["state"], gone["kind"], gone["reason"]) == ("left", "dismissal", f"严重违规，见 {entry}")
    filed = desk.do("lin", "list", "ledger", "--where", "staff=pan")
    assert [(each["id"], each["state"]) for each in filed] == [(entry, "approved")]
