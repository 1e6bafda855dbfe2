"""What is recorded as it was said, and told to be odd: time granted when it is over, work begun unacknowledged."""

import pytest
from desks import Desk, november


@pytest.mark.parametrize(("clock", "told"), [("12:00", False), ("12:00:01", True), ("15:00", True)])
def test_time_granted_when_it_is_over_says_so(desk: Desk, clock: str, told: bool) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ack", job)
    desk.clock(3, "09:00")
    desk.do("pan", "ask-extension", job, "--until", november(3, "12:00"), "--reason", "等待配件")
    desk.clock(3, clock)
    done = desk.act("sup-e", "grant-extension", job)
    assert done.code == 0
    assert ("until 2026-11-03T12:00:00+08:00, which is past: it is late all the same" in done.err) is told
    assert desk.due(job, "complete")["due_at"] == november(3, "12:00")


def test_work_begun_unacknowledged_counts_as_acknowledged_and_says_so(desk: Desk) -> None:
    first, second = (desk.send(desk.take(content=text), "pan") for text in ("漏水", "堵塞"))
    done = desk.act("pan", "start", first)
    assert (done.code, "was not acknowledged: its start counts as that too" in done.err) == (0, True)
    clock = desk.due(first, "acknowledge")
    assert (clock["state"], clock["breached"], clock["stopped_at"]) == ("stopped", False, desk.now)
    desk.do("pan", "ack", second)
    assert "acknowledged" not in desk.act("pan", "start", second).err
