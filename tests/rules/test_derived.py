"""Which moments of a family may change what is derived of an order."""

import pytest
from scenario import Scenario

from dispatchctl.rules.derived import watch
from dispatchctl.rules.variants import ClockTable


@pytest.mark.parametrize(
    ("case", "event", "marks"),
    [
        ("O1", "taken", True),
        ("O1", "needs-dispatch", True),
        ("A1", "assigned", True),
        ("A1", "acknowledged", False),
        ("C1", "registered", False),
    ],
)
def test_who_dispatched_is_asked_anew_when_somebody_may_have(case: str, event: str, marks: bool) -> None:
    desk = Scenario()
    desk.take("11-02 09:00")
    desk.note("O1", "needs-dispatch", "11-02 09:05", by="s02")
    desk.assign("A1", "11-02 09:10", by="s06", dispatcher="s06")
    desk.note("A1", "acknowledged", "11-02 09:20", by="s03")
    desk.note("C1", "registered", "11-02 09:30", by="s09", order_id="O1", content="迟到", received_by="s09")
    family = desk.family
    order = watch(family, family.cases["O1"], ClockTable(desk.book).elapsed)
    (moment,) = [one for one in family.moments if (one.case, one.event) == (case, event) and one.register != "state"]
    assert ("dispatcher" in order.note(moment)) is marks
