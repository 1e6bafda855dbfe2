"""The rules themselves: in force from a day, known to those who work by them, reviewed, and open to proposals."""

import json
from typing import Any

import pytest
from desks import Desk, november

CONFIRM = r"(id: confirm(?:.|\n)*?limit: )2wd"


def publish(desk: Desk, day: int, *changes: tuple[str, str]) -> dict[str, Any]:
    """Publish the rules, with changes, to take effect on a day of November."""
    desk.edit_rules((r"effective_from: \S+", f"effective_from: 2026-11-{day:02}"), *changes)
    item = desk.do("mgr", "policy", "publish")
    assert isinstance(item, dict)
    return item


def versions(desk: Desk) -> list[dict[str, Any]]:
    items = desk.do("lin", "policy", "versions")
    assert isinstance(items, list)
    return items


def in_force(desk: Desk) -> list[str]:
    return [each["label"] for each in versions(desk) if each["in_force"]]


def finish(desk: Desk) -> str:
    """An order that was worked on and waits for its confirmation."""
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "complete", job)
    return job


# --- from which day -------------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-6.2")
def test_a_new_version_takes_effect_on_its_day_and_ends_the_old_one(desk: Desk) -> None:
    publish(desk, 2)
    publish(desk, 10, (CONFIRM, r"\g<1>5wd"))
    assert [each["label"] for each in versions(desk)] == ["2026-11-02", "2026-11-10"]
    desk.clock(9, "16:00")
    before = finish(desk)
    assert in_force(desk) == ["2026-11-02"]
    desk.clock(9, "23:59:59")
    assert desk.act("lin", "policy", "show", "clocks.confirm.limit").out == "2wd\n"
    desk.clock(10, "00:00")
    assert desk.act("lin", "policy", "show", "clocks.confirm.limit").out == "5wd\n"
    assert in_force(desk) == ["2026-11-10"]
    desk.clock(10, "16:00")
    after = finish(desk)
    # Who began under the old rules is judged by them to the end: Monday + 2 working days; Tuesday + 5 of the new ones.
    one, other = desk.due(before, "confirm"), desk.due(after, "confirm")
    assert (one["policy"], one["limit"], one["due_at"]) == ("2026-11-02", "2wd", november(11, "17:30"))
    assert (other["policy"], other["limit"], other["due_at"]) == ("2026-11-10", "5wd", november(17, "17:30"))


@pytest.mark.clause("PD-6.2")
def test_what_a_new_version_changes_is_told_before_and_after_it_is_published(desk: Desk) -> None:
    publish(desk, 2)
    assert desk.do("mgr", "policy", "diff") == []
    desk.edit_rules((r"effective_from: \S+", "effective_from: 2026-11-10"), (CONFIRM, r"\g<1>5wd"))
    told = desk.do("mgr", "policy", "diff")
    limit = {"path": "clocks.confirm.limit", "change": "changed", "before": "2wd", "after": "5wd"}
    assert limit in told
    assert [each["path"] for each in told] == ["policy.effective_from", "clocks.confirm.limit"]
    published = desk.do("mgr", "policy", "publish")
    assert [each for each in published["changes"] if not each["path"].startswith("days.")] == told
    assert desk.do("lin", "policy", "diff", "2026-11-02", "2026-11-10") == told
    back = desk.do("lin", "policy", "diff", "2026-11-10", "2026-11-02")
    assert {**limit, "before": "5wd", "after": "2wd"} in back


@pytest.mark.clause("KZ-10")
def test_the_rules_hold_from_the_day_they_are_issued(desk: Desk) -> None:
    item = publish(desk, 2, (CONFIRM, r"\g<1>3wd"))
    assert item["effective_from"] == "2026-11-02"
    assert in_force(desk) == ["2026-11-02"]
    assert desk.due(finish(desk), "confirm")["limit"] == "3wd"
    desk.clock(5, "10:00")
    publish(desk, 5, (r"(id: confirm(?:.|\n)*?limit: )3wd", r"\g<1>4wd"))
    assert desk.due(finish(desk), "confirm")["limit"] == "4wd"
    assert in_force(desk) == ["2026-11-05"]
    desk.edit_rules((r"effective_from: \S+", "effective_from: 2026-11-04"))
    assert "is past" in desk.refuse(4, "mgr", "policy", "publish")


# --- who knows them -------------------------------------------------------------------------------------------------


@pytest.mark.clause("KZ-8b", "GL-2.1")
def test_who_joins_counts_as_informed_and_the_others_acknowledge_on_record(desk: Desk) -> None:
    publish(desk, 2)  # everybody joined that morning
    (first,) = versions(desk)
    assert (first["acknowledged"], first["waiting"]) == ([], [])
    desk.clock(10, "09:00")
    publish(desk, 10, (CONFIRM, r"\g<1>5wd"))
    desk.do("mgr", "staff", "join", "xin", "--name", "辛示例", "--role", "desk")
    waiting = versions(desk)[1]["waiting"]
    assert "xin" not in waiting
    assert set(waiting) == {"mgr", "gm", "sup-d", "sup-e", "lin", "pan", "shui", "dian", "wai"}
    desk.clock(10, "09:30")
    done = desk.do("lin", "policy", "acknowledge")
    assert done == {"id": "lin", "event": "acknowledged", "state": "regular", "policy_version": "2026-11-10"}
    (row,) = [row for row in desk.rows("staff") if row["event"] == "acknowledged"]
    assert (row["id"], row["by"], row["at"]) == ("lin", "lin", november(10, "09:30"))
    assert row["policy_version"] == "2026-11-10"
    old, new = versions(desk)
    assert (old["acknowledged"], new["acknowledged"]) == ([], ["lin"])
    assert "lin" not in new["waiting"]
    assert "acknowledged 2026-11-10" in desk.refuse(4, "lin", "policy", "acknowledge")
    desk.do("mgr", "staff", "leave", "wai", "--kind", "resignation")
    assert "wai" not in versions(desk)[1]["waiting"]


@pytest.mark.clause("KZ-8b")
def test_an_objection_in_writing_is_on_record_with_its_text_and_version(desk: Desk) -> None:
    publish(desk, 2)
    desk.clock(3, "11:00")
    done = desk.do("pan", "policy", "acknowledge", "--objection", "夜间急修的时限太短")
    assert (done["event"], done["policy_version"]) == ("objected", "2026-11-02")
    (item,) = [each for each in desk.show("pan")["events"] if each["event"] == "objected"]
    assert (item["by"], item["at"], item["fields"]["comment"]) == ("pan", november(3, "11:00"), "夜间急修的时限太短")
    desk.do("pan", "policy", "acknowledge")  # knowing the rules is one thing, agreeing with them another
    (version,) = versions(desk)
    assert (version["acknowledged"], version["objected"]) == (["pan"], ["pan"])


@pytest.mark.clause("KZ-8b")
def test_a_draft_that_may_still_change_cannot_be_acknowledged(desk: Desk) -> None:
    assert "no version is published" in desk.refuse(4, "lin", "policy", "acknowledge")
    assert "no version is published" in desk.refuse(4, "lin", "policy", "acknowledge", "--objection", "太长")


# --- what should change ---------------------------------------------------------------------------------------------


@pytest.mark.clause("KZ-9")
def test_anybody_may_propose_a_change_and_it_stays_on_record(desk: Desk) -> None:
    publish(desk, 2)
    desk.clock(4, "15:00")
    done = desk.do("shui", "policy", "review", "--note", "建议：备件等待不计入完工时限")
    assert (done["event"], done["subject"]) == ("reviewed", "2026-11-02.yaml")
    item = desk.show(done["id"])
    assert (item["reason"], item["events"][0]["by"], item["events"][0]["at"]) == (
        "建议：备件等待不计入完工时限",
        "shui",
        november(4, "15:00"),
    )
    found = desk.do("lin", "list", "audit", "--search", "备件等待")
    assert [each["id"] for each in found] == [done["id"]]
    assert "--note" in desk.refuse(2, "shui", "policy", "review")


@pytest.mark.clause("FW-3.3")
def test_the_rules_are_one_text_reviewed_on_record_and_improved_by_a_new_version(desk: Desk) -> None:
    publish(desk, 2)
    desk.clock(20, "10:00")
    review = desk.do("mgr", "policy", "review", "--note", "评审：确认时限偏短，改为五个工作日")
    assert desk.do("mgr", "policy", "review", "--note", "同上", "--dry-run")["dry_run"] is True
    publish(desk, 23, (CONFIRM, r"\g<1>5wd"))
    audit = desk.do("lin", "list", "audit")
    assert [(each["id"], each["subject"]) for each in audit if each["id"] >= review["id"]] == [
        (review["id"], "2026-11-02.yaml"),
        ("X-20261120-0002", "2026-11-23.yaml"),
    ]
    desk.clock(23, "09:00")
    for who in ("lin", "pan", "gm"):  # everybody reads the same rules
        assert json.loads(desk.act(who, "policy", "show", "clocks.confirm.limit", "--json").out) == "5wd"


@pytest.mark.clause("FW-3.3")
def test_rules_with_a_fault_are_not_put_in_force(desk: Desk) -> None:
    publish(desk, 2)
    desk.clock(9, "09:00")
    desk.edit_rules(
        (r"effective_from: \S+", "effective_from: 2026-11-10"), (r"(id: confirm(?:.|\n)*?limit: )2wd", r"\1soon")
    )
    assert "soon is not a length of time" in desk.refuse(5, "mgr", "policy", "publish")
    assert [each["label"] for each in versions(desk)] == ["2026-11-02"]
    desk.clock(10, "09:00")
    assert desk.due(finish(desk), "confirm")["limit"] == "2wd"
