"""Exceptions of attendance: of a day on which nobody had to come, only with a word about why."""

import pytest
from desks import Desk


@pytest.mark.parametrize("event", ["late", "absent", "left-early"])
@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-06", ""),
        ("2026-11-07", "weekend"),
        ("2026-11-14", ""),  # a Saturday that the desk works
        ("2026-11-16", "closed"),  # a Monday that it does not
        ("2027-01-01", "holiday:元旦"),
    ],
)
def test_a_day_off_asks_for_a_reason(desk: Desk, event: str, day: str, why: str) -> None:
    desk.edit_rules((r"open: \[\]", 'open: ["2026-11-14"]'), (r"closed: \[\]", 'closed: ["2026-11-16"]'))
    desk.now = "2027-01-05T09:00:00+08:00"
    noted = ("attendance", event, "pan", "--on", day)
    if why:
        told = desk.refuse(2, "sup-e", *noted)
        assert f"--reason: say why: {day} is no working day ({why})" in told
        noted = (*noted, "--reason", "当天轮到值班")
    done = desk.do("sup-e", *noted)
    assert desk.show(done["id"])["date"] == day
    assert desk.act("mgr", "records", "check").code == 0
