"""What is late: from the second after its due time, for each owner, the earliest first."""

import pytest
from desks import Desk


def late(desk: Desk, *options: str) -> list[tuple[str, int]]:
    return [(item["case"][-1], item["late_seconds"]) for item in desk.overdue(*options)]


@pytest.mark.parametrize(("seconds", "expected"), [(-1, []), (0, []), (1, [("1", 1)]), (61, [("1", 61)])])
def test_it_is_late_once_the_due_time_has_passed(desk: Desk, seconds: int, expected: list[tuple[str, int]]) -> None:
    job = desk.send(desk.take(), "pan")
    desk.now = desk.due(job, "acknowledge")["due_at"]
    desk.wait(seconds=seconds)
    assert late(desk, "--owner", "pan", "--register", "assignments") == expected


def test_the_earliest_due_comes_first_and_each_condition_narrows(desk: Desk) -> None:
    one, two = desk.send(desk.take(), "pan"), ""
    desk.wait(minutes=20)
    two = desk.send(desk.take(service="electrical"), "dian")
    desk.clock(3, "09:00")
    cases = [item["case"] for item in desk.overdue("--register", "assignments") if item["clock"] == "acknowledge"]
    assert cases == [one, two]
    assert {item["owner"] for item in desk.overdue("--owner", "dian")} == {"dian"}
    assert {item["service"] for item in desk.overdue("--service", "electrical")} == {"electrical"}
    assert len(desk.overdue("--limit", "1")) == 1
    assert desk.do("mgr", "status")["late"] == len(desk.overdue())
