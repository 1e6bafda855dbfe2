"""Time limits as text: what is read, what is refused, and that both spellings agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.policy.spans import LARGEST, UNITS, Limit, parse_span


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30m", Limit(30, "m")),
        ("4h", Limit(4, "h")),
        ("30bm", Limit(30, "bm")),
        ("8bh", Limit(8, "bh")),
        ("3d", Limit(3, "d")),
        ("10wd", Limit(10, "wd")),
        ("2w", Limit(2, "w")),
        ("99999wd", Limit(99_999, "wd")),
    ],
)
def test_every_unit_is_read(text: str, limit: Limit) -> None:
    assert parse_span(text) == limit


@pytest.mark.parametrize(
    "text",
    ["", "h", "4", "0h", "04h", "-4h", "+4h", "4.5h", "4 h", " 4h", "4h ", "4H", "4hb", "4bd", "4x", "4s", "4hh",
     "1d2h", "100000m", "٤h", "\uff14h", "²d", "4h\n", "1_0h", "null"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a length of time .*m h bm bh d wd w"):
        parse_span(text)


@given(st.integers(1, LARGEST), st.sampled_from(UNITS))
def test_a_limit_reads_back_as_it_is_written(number: int, unit: str) -> None:
    assert parse_span(str(Limit(number, unit))) == Limit(number, unit)


@given(st.text(max_size=8))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        limit = parse_span(text)
    except ValueError:
        return
    assert str(limit) == text


def test_units_are_of_three_sorts() -> None:
    assert [unit for unit in UNITS if Limit(1, unit).by_clock] == ["m", "h", "bm", "bh"]
    assert [unit for unit in UNITS if Limit(1, unit).in_business] == ["bm", "bh"]
    assert [Limit(2, unit).seconds for unit in ("m", "h", "bm", "bh")] == [120, 7200, 120, 7200]
