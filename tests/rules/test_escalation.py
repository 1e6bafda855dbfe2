"""Levels, the next urging, and who is told: tables worked by hand (XX-1.10, GZ-1.3)."""

import pytest
from scenario import Scenario, compile_rules, read, tell

from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.escalation import count_intervals, find_level, find_person, next_urging

COMPLETE = "{id: complete, of: assignments, start: assigned, stop: completed, limit: 4bh, owner: assignee}"


def late(clock: str = COMPLETE) -> Instance:
    """Due on Monday at 14:30. In steps of 4bh: 3 hours of Monday and 1 of Tuesday (09:30); 4 more end Tuesday 15:00
    (2.5 before noon, 1.5 after); 4 more Wednesday 10:00 (2.5, 1.5); then 15:30 (2, 2) and Thursday 10:30 (2, 2).
    """
    desk = Scenario(clock)
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    return desk.only("A1", "complete")


@pytest.mark.parametrize(
    ("now", "level", "passed"),
    [
        ("11-02 14:00", 0, 0),
        ("11-02 14:30", 0, 0),
        ("11-02 14:30:01", 1, 0),
        ("11-02 23:00", 1, 0),
        ("11-03 09:29:59", 1, 0),
        ("11-03 09:30", 2, 1),
        ("11-03 15:00", 3, 2),
        ("11-04 03:00", 3, 2),
        ("11-04 10:00", 4, 3),
        ("11-04 15:30", 4, 4),
        ("11-05 10:30", 4, 5),
        ("11-07 12:00", 4, 8),  # on by 4bh each: Thursday 16:00, Friday 11:00, Friday 16:30
    ],
)
def test_one_level_for_each_whole_interval_up_to_the_last(now: str, level: int, passed: int) -> None:
    one = late()
    assert [tell(at) for at in one.levels] == ["11-03 09:30", "11-03 15:00", "11-04 10:00"]
    assert find_level(one, read(now)) == level
    assert count_intervals(one, read(now)) == passed


def test_a_clock_may_have_an_interval_of_its_own() -> None:
    one = late(COMPLETE.replace("limit", "urge: 2h, limit"))
    assert [tell(at) for at in one.levels] == ["11-02 16:30", "11-02 18:30", "11-02 20:30"]


def test_intervals_of_working_days_go_by_whole_days() -> None:
    one = late(COMPLETE.replace("limit", "urge: 1wd, limit"))
    assert [tell(at) for at in one.levels] == ["11-03 17:30", "11-04 17:30", "11-05 17:30"]


def test_what_is_not_due_has_no_level() -> None:
    desk = Scenario(COMPLETE.replace("limit", "pause: {waiting-parts: null}, limit"))
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    assert find_level(desk.only("A1", "complete"), read("11-30 09:00")) == 0


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        # (last urged at, at level); None: one is due now
        ("11-02 15:00", None, None),
        ("11-02 15:00", ("11-02 14:40", 1), "11-03 09:30"),
        ("11-03 09:30", ("11-02 14:40", 1), None),
        ("11-03 10:00", ("11-03 09:40", 2), "11-03 15:00"),
        # levels slept through are not made up: one at the present level
        ("11-03 15:00", ("11-02 14:40", 1), None),
        ("11-03 16:00", ("11-03 15:30", 3), "11-04 10:00"),
        # at the last level one for each interval
        ("11-04 11:00", ("11-03 15:30", 3), None),
        ("11-04 11:00", ("11-04 10:00", 4), "11-04 15:30"),
        ("11-04 15:29:59", ("11-04 10:10", 4), "11-04 15:30"),
        ("11-04 15:30", ("11-04 10:10", 4), None),
        ("11-05 12:00", ("11-04 10:10", 4), None),
        ("11-05 12:00", ("11-05 10:30", 4), "11-05 16:00"),
    ],
)
def test_when_the_next_urging_is_due(now: str, last: tuple[str, int] | None, following: str | None) -> None:
    one = late()
    level = find_level(one, read(now))
    at, urged = (read(last[0]), last[1]) if last else (None, None)
    assert tell(next_urging(one, read(now), level, at, urged)) == following


# --- whom -------------------------------------------------------------------------------------------------------------


def staffed(**order: str) -> Scenario:
    """s03 and s04 of engineering report to s10, that one to s20, who reports to s30; the desk has its own people."""
    desk = Scenario(COMPLETE)
    desk.hire("s30", "general-manager")
    desk.hire("s20", "manager", department="desk", manager="s30")
    desk.hire("s10", "supervisor", department="engineering", manager="s20")
    desk.hire("s11", "supervisor", department="greening", manager="s20")
    desk.hire("s12", "supervisor", department="desk", manager="s20")
    desk.hire("s03", "field", department="engineering", manager="s10")
    desk.hire("s04", "field", department="engineering")
    desk.hire("s05", "field", department="cleaning")
    desk.hire("s01", "desk", department="desk")
    desk.hire("s02", "desk", department="desk")
    desk.take("11-02 09:00", **order)
    desk.assign("A1", "11-02 09:00")
    return desk


def told(desk: Scenario, owner: str, level: int, now: str = "11-04 09:00") -> list[str]:
    family = desk.family
    return find_person(owner, level, family.cases["A1"], family, desk.people, desk.policies[-1], read(now))


@pytest.mark.parametrize(
    ("owner", "level", "people"),
    [
        ("s03", 1, ["s03"]),
        ("s03", 2, ["s10"]),
        # no supervisor's link is a manager's: the first of that role or above on the way up
        ("s03", 3, ["s20"]),
        ("s03", 4, ["s30"]),
        # no link: the role in the owner's department, else in the desk
        ("s04", 2, ["s10"]),
        ("s04", 3, ["s20"]),
        ("s05", 2, ["s12"]),
        ("s05", 4, ["s30"]),
        # a role is told as such, and the climb begins at the case's department
        ("desk", 1, ["s01", "s02"]),
        ("desk", 2, ["s10"]),
        ("desk", 3, ["s20"]),
        # nobody: urged from the second level
        ("", 1, ["s10"]),
        ("", 3, ["s20"]),
        # a role that nobody holds
        ("assistant", 1, ["s10"]),
    ],
)
def test_who_is_told(owner: str, level: int, people: list[str]) -> None:
    assert told(staffed(service="plumbing"), owner, level) == people


def test_a_higher_role_on_the_way_up_stands_for_the_one_that_is_missing() -> None:
    desk = staffed()
    desk.note("s03", "changed", "11-02 09:00", manager="s20")
    assert told(desk, "s03", 2) == ["s20"]
    desk.note("s03", "changed", "11-02 09:00", manager="s30")
    assert told(desk, "s03", 2) == told(desk, "s03", 3) == ["s30"]


def test_the_climb_passes_over_who_has_left() -> None:
    desk = staffed()
    desk.note("s10", "left", "11-03 18:00", kind="resignation")
    assert told(desk, "s03", 2, "11-03 17:00") == ["s10"]
    assert told(desk, "s03", 2) == ["s20"]
    desk.note("s20", "left", "11-03 18:00", kind="resignation")
    assert told(desk, "s03", 2) == ["s30"]


def test_a_level_with_nobody_is_the_next_ones() -> None:
    desk = staffed()
    for staff in ("s10", "s11", "s12"):
        desk.note(staff, "left", "11-03 18:00", kind="resignation")
    assert told(desk, "s04", 2) == ["s20"]
    desk.note("s20", "left", "11-03 18:00", kind="resignation")
    assert told(desk, "s04", 2) == told(desk, "s04", 3) == ["s30"]
    desk.note("s30", "left", "11-03 18:00", kind="resignation")
    assert told(desk, "s04", 4) == []


def test_managers_in_a_circle_do_not_hang() -> None:
    desk = staffed()
    desk.note("s05", "changed", "11-02 09:00", manager="s04")
    desk.note("s04", "changed", "11-02 09:00", manager="s05")
    assert told(desk, "s04", 2) == ["s10"]


def test_roles_of_a_policy_that_has_fewer_levels() -> None:
    text = COMPLETE + "\n"
    policy = compile_rules(text)
    policy["escalation"]["roles"] = ["manager"]
    desk = Scenario("", policy)
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    one = desk.only("A1", "complete")
    assert [find_level(one, read(now)) for now in ("11-02 15:00", "11-03 09:30", "11-09 09:00")] == [1, 2, 2]
