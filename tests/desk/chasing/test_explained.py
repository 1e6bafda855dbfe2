"""`due --explain` and `why` after a change of facts: what changed, both limits, and why it is due when it is.

The shipped rules: fulfil within 8 business hours (urgent: 8 hours of the clock), complete within 8 business hours (4).
"""

from typing import Any

import pytest
from desks import Desk, november


@pytest.fixture
def hurried(desk: Desk) -> tuple[Desk, str, str]:
    """An order of 09:00 that turns urgent at 10:00, and its assignment."""
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("pan", "ack", job)
    desk.clock(2, "10:00")
    desk.do("lin", "amend", order, "priority=urgent", "--reason", "停水")
    return desk, order, job


def explain(desk: Desk, case: str, clock: str) -> dict[str, Any]:
    found = [
        each for each in desk.do("lin", "due", case, "--explain") if (each["case"], each["clock"]) == (case, clock)
    ]
    return dict(found[-1])


def test_a_shorter_limit_counts_from_the_change(hurried: tuple[Desk, str, str]) -> None:
    desk, order, job = hurried
    item = explain(desk, job, "complete")
    assert item["due_at"] == november(2, "14:00")
    assert item["changes"] == [{
        "at": november(2, "10:00"), "event": "amended", "ref": "orders/2026-11.main#2",
        "facts": [{"path": "order.priority", "before": "normal", "after": "urgent"}],
        "limit_before": "8bh", "limit_after": "4h",
        "due_before": november(3, "09:30"), "due_after": november(2, "14:00"), "rule": "shorter",
    }]  # fmt: skip
    assert item["basis"] == {"limit": "4h", "from": november(2, "10:00"), "not_before": None}
    assert item["segments"] == [
        {"from": november(2, "09:00"), "to": november(2, "10:00"), "counts": False, "why": "before-change"},
        {"from": november(2, "10:00"), "to": november(2, "14:00"), "counts": True, "why": "counted"},
    ]
    # the limit in force is told, and with it what was counted before it was
    assert explain(desk, order, "dispatch")["changes"] == []


@pytest.mark.parametrize(
    ("lang", "change", "before"),
    [
        ("zh", "11-02 10:00  更正    紧急程度 普通 → 紧急  8bh       4h        11-03 09:30  11-02 14:00  "
         "取原到期与自此起新限时的较早者", "11-02 09:00  11-02 10:00  1小时00分  否      变更之前"),
        ("en", "11-02 10:00  amended  priority normal → urgent  8bh          4h          11-03 09:30  11-02 14:00  "
         "the earlier of the old due time and the new limit from here",
         "11-02 09:00  11-02 10:00  1h 00m    no        before the change"),
    ],
)  # fmt: skip
def test_a_person_reads_it_in_words(hurried: tuple[Desk, str, str], lang: str, change: str, before: str) -> None:
    desk, _, job = hurried
    out = desk.act("lin", "due", job, "--explain", "--lang", lang).out
    assert change in out
    assert before in out
    tree = desk.act("lin", "why", f"{job}/complete", "--lang", lang).out
    word = {
        "zh": "更正：紧急程度 普通 → 紧急；限时 8bh → 4h；",
        "en": "amended: priority normal → urgent; limit 8bh → 4h;",
    }
    assert word[lang] in tree
    assert "(orders/2026-11.main#2)" in tree.replace("（", "(").replace("）", ")")
    assert "| " in desk.act("lin", "due", job, "--explain", "--format", "markdown").out


def test_why_has_the_change_as_a_step(hurried: tuple[Desk, str, str]) -> None:
    desk, _, job = hurried
    tree = desk.do("lin", "why", f"{job}/complete")
    (step,) = [each for each in tree["because"] if each["what"] == "change"]
    assert step["id"] == "orders/2026-11.main#2"
    assert (step["value"]["limit_before"], step["value"]["limit_after"]) == ("8bh", "4h")


def test_what_was_late_before_is_told_by_the_limit_that_it_missed(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.clock(2, "11:00")
    desk.do("lin", "amend", order, "priority=urgent", "--reason", "停水")
    item = explain(desk, job, "acknowledge")
    assert (item["limit"], item["due_at"], item["breached"]) == ("10m", november(2, "09:30"), True)
    assert item["basis"] == {"limit": "30bm", "from": november(2, "09:00"), "not_before": None}
    assert [each["rule"] for each in item["changes"]] == ["late"]


def test_a_complaint_that_turns_serious(desk: Desk) -> None:
    """What follows from a row is told like what the row says: a classification by hand, severity."""
    words = ("--content", "态度差", "--caller", "张示例", "--phone", "138-0000-0001", "--staff", "pan")
    complaint = desk.do("lin", "complaint", "new", *words)["id"]
    desk.clock(2, "10:00")
    desk.do("sup-d", "complaint", "classify", complaint, "--severity", "serious", "--reason", "影响恶劣")
    item = explain(desk, complaint, "put-right")
    (change,) = item["changes"]
    assert change["event"] == "classified"
    assert {"path": "severity", "before": "ordinary", "after": "serious"} in change["facts"]
    assert (change["limit_before"], change["limit_after"], change["rule"]) == ("3wd", "1wd", "shorter")
    assert item["segments"][-1]["to"] == item["due_at"]


def test_days_left_are_those_of_the_limit_that_counts(desk: Desk) -> None:
    """One working day from the 4th on, not three or one from the 2nd."""
    words = ("--content", "态度差", "--caller", "张示例", "--phone", "138-0000-0001", "--staff", "pan")
    complaint = desk.do("lin", "complaint", "new", *words)["id"]
    desk.clock(3, "10:00")
    desk.do("sup-d", "complaint", "classify", complaint, "--severity", "serious", "--reason", "影响恶劣")
    item = explain(desk, complaint, "put-right")
    assert (item["due_at"], item["remaining"]) == (november(4, "17:30"), 1)
