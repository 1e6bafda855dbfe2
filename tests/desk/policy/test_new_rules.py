"""What a desk adds to its rules works without a line of code: a clock here, on a register that has one already.

A new kind of complaint, charge, measure and weight have their tests beside what they are added to (tests/clauses).
"""

from desks import Desk, november

CLOCK = r"""\1  - {id: sort-out, title: 分拣, of: complaints, start: registered,
     stop: [ruled-valid, ruled-invalid, referred-outside], when: {media: true}, limit: 90bm,
     warn: 30m, owner: receiver, urge: 1bh, source: [SOP-3.1]}
"""
MEASURE = r"""\1  sorted_on_time: {title: 及时分拣率, of: clocks, over: {clock: sort-out}, count: {breached: false},
    person: owner}
"""


def test_a_new_clock_is_due_urged_counted_and_explained(desk: Desk) -> None:
    desk.edit_rules((r"(clocks:\n)", CLOCK), (r"(measures:\n)", MEASURE))
    desk.clock(2, "11:00")
    new = (
        "complaint",
        "new",
        "--content",
        "视频传到网上",
        "--department",
        "engineering",
        "--caller",
        "张示例",
        "--phone",
    )
    told = desk.do("lin", *new, "138-0000-0001", "--media")["id"]
    quiet = desk.do("lin", *new, "138-0000-0002")["id"]
    # 90bm from 11:00: an hour to noon, half an hour of the afternoon.
    assert desk.due(told, "sort-out")["due_at"] == november(2, "14:00")
    assert [each["clock"] for each in desk.do("lin", "due", quiet)] == ["put-right"]
    desk.clock(2, "15:10")
    assert (told, "sort-out") in desk.late()
    # One hour of business after it was due: the second level.
    assert [each["level"] for each in desk.urge(told) if each["clock"] == "sort-out"] == [2]
    desk.do("mgr", "complaint", "rule", told, "--valid", "attitude", "--reason", "属实")
    assert desk.due(told, "sort-out")["breached"] is True
    report = desk.do("mgr", "report", "monthly", "--drill", "sorted_on_time")
    items = [(each["id"], each["instance"]) for each in report["denominator"]]
    assert (report["numerator"], items) == ([], [(told, 1)])
    assert "SOP-3.1" in desk.due(told, "sort-out")["source"]
