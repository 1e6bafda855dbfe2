"""When entries of one fact move somebody's pay: months 0-9, 10-19, 20-29; every sum is that of the one that stands."""

import pytest

from dispatchctl.rules.turns import Life, Turn, have_met, list_turns, list_turns_beside

ONE = Life("1", 1, 2, None, "")
MONTHS = ((0, 10), (10, 20), (20, 30))


@pytest.mark.parametrize(
    ("life", "turns"),
    [
        (ONE, [Turn(2, "approved", 1)]),
        (Life("1", 1, 2, 15, "reversed"), [Turn(2, "approved", 1), Turn(15, "reversed", -1)]),
        (Life("1", 1, None, 15, "waived"), []),
        (Life("1", 1, 2, 3, "waived"), [Turn(2, "approved", 1), Turn(3, "waived", -1)]),
    ],
)
def test_an_entry_alone(life: Life, turns: list[Turn]) -> None:
    assert [turn for month in MONTHS for turn in list_turns(life, *month)] == turns


@pytest.mark.parametrize(
    ("other", "turns"),
    [
        # both from the first month on, one let go in the second: it counts from there
        (Life("2", 3, 4, 15, "reversed"), [Turn(15, "approved", 1)]),
        (Life("2", 3, None, 15, "waived"), [Turn(15, "approved", 1)]),
        # the other comes in the second month, and goes in the third
        (
            Life("2", 12, 13, 25, "reversed"),
            [Turn(2, "approved", 1), Turn(12, "conflict", -1), Turn(25, "approved", 1)],
        ),
        # both within one month; and never let go
        (Life("2", 3, 4, 9, "reversed"), [Turn(9, "approved", 1)]),
        (Life("2", 3, 4, None, ""), []),
    ],
)
def test_two_of_one_fact(other: Life, turns: list[Turn]) -> None:
    assert have_met([ONE, other])
    assert [turn for month in MONTHS for turn in list_turns_beside(ONE, [other], *month)] == turns
    assert not [turn for month in MONTHS for turn in list_turns_beside(other, [ONE], *month)]


def test_one_after_the_other_do_not_meet() -> None:
    first = Life("1", 1, 2, 5, "reversed")
    assert not have_met([first, Life("2", 5, 6, None, "")])
    assert have_met([first, Life("2", 4, 6, None, "")])
