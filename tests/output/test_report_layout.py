"""Figures as they are printed: rounded half up, and nothing reads as all or none that is not."""

from typing import Any

import pytest

from dispatchctl.output.report_layout import say_figure, say_number
from dispatchctl.reports.measures import divide


def figure(kind: str, numerator: int, denominator: int) -> dict[str, Any]:
    from decimal import Decimal

    value = divide(Decimal(numerator), denominator)
    return {"kind": kind, "value": value, "numerator": numerator, "denominator": denominator}


@pytest.mark.parametrize(
    ("kind", "numerator", "denominator", "printed"),
    [
        ("ratio", 2, 3, "66.67%"),
        ("ratio", 1, 3, "33.33%"),
        ("ratio", 1, 8, "12.50%"),
        ("ratio", 12345, 100_000, "12.35%"),  # a tie goes up
        ("ratio", 12335, 100_000, "12.34%"),
        ("ratio", 50, 101, "49.50%"),  # 49.504950..., which six places would make a tie
        ("ratio", 1, 1, "100.00%"),
        ("ratio", 0, 1, "0.00%"),
        ("ratio", 9999, 10_000, "99.99%"),
        ("ratio", 99_999, 100_000, "99.99%"),
        ("ratio", 99_999_999, 100_000_001, "99.99%"),
        ("ratio", 1, 100_000, "0.01%"),
        ("ratio", 1, 3_000_000_000, "0.01%"),
        ("average", 14, 3, "4.67"),
        ("average", 13, 3, "4.33"),
        ("average", -14, 3, "-4.67"),
        ("average", 9_999, 2_000, "5.00"),
        ("ratio", 1, 0, "–"),
    ],
)
def test_figures_are_rounded_half_up(kind: str, numerator: int, denominator: int, printed: str) -> None:
    assert say_number(figure(kind, numerator, denominator)) == printed


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [(2, 3, "0.666667"), (99_999_999, 100_000_001, "0.999999"), (1, 3_000_000_000, "0.000001"), (14, 3, "4.666667")],
)
def test_programs_get_six_places(numerator: int, denominator: int, value: str) -> None:
    assert figure("ratio", numerator, denominator)["value"] == value


def test_money_shows_no_denominator() -> None:
    spent = {"kind": "sum", "value": "220.00", "numerator": "220.00", "denominator": 8}
    assert say_figure(spent) == "220.00"
