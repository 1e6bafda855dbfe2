"""Ids of people, and points as they are shown."""

import pytest

from dispatchctl.desk.staff.posts import check_id
from dispatchctl.desk.staff.scores import say_points
from dispatchctl.errors import UsageFault


@pytest.mark.parametrize("staff", ["s01", "张三", "a.b-c_d", "x" * 32, "O-1"])
def test_an_id_may_be(staff: str) -> None:
    check_id(staff)


@pytest.mark.parametrize("staff", ["", "x" * 33, "system", "a b", "a/b", "-a", ".a", "O-20261102-0001", "a#1", "a;b"])
def test_an_id_may_not_be(staff: str) -> None:
    with pytest.raises(UsageFault, match="cannot be a staff id"):
        check_id(staff)


@pytest.mark.parametrize(
    ("points", "shown"),
    [(None, None), ("74.537037", "74.53"), ("16.279", "16.27"), ("100", "100.00"), ("0.009", "0.00")],
)
def test_points_are_rounded_down(points: str | None, shown: str | None) -> None:
    assert say_points(points) == shown
