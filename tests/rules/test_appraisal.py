"""Scores, grades and pay worked out by hand, and what holds of every score."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.rules.appraisal import (
    Finding,
    add_marks,
    appraise,
    find_grade,
    read_finding,
    score_value,
    share_of_year,
    sign_amount,
    write_down,
    write_exact,
)

GRADES = [
    {"grade": "A", "from": "90", "bonus": "800.00"},
    {"grade": "B", "from": "80", "bonus": "500.00"},
    {"grade": "C", "from": "60", "bonus": "300.00"},
    {"grade": "D", "from": "0", "bonus": None},
]


def measure(weight: str, full: str = "", zero: str = "", *roles: str) -> dict[str, Any]:
    return {"weight": weight, "full": full or None, "zero": zero or None, "scored": not full, "roles": list(roles)}


def rules(**measures: dict[str, Any]) -> dict[str, Any]:
    bonus = {"floor": "300.00", "roles": ["manager"], "approver": "general-manager"}
    return {"roles": ["field", "manager"], "measures": measures, "grades": GRADES, "bonus": bonus}


def ratio(count: int, over: int) -> Finding:
    return Finding("ratio", "rounded: not to be used" if over else None, count, over)


def count(number: int) -> Finding:
    return Finding("count", str(number), number, None)


RULES = rules(
    on_time=measure("60", "0.98", "0.8"), complaints=measure("30", "0", "3"), attitude=measure("10", "", "", "desk")
)


@pytest.mark.parametrize(
    ("value", "full", "zero", "score"),
    [
        ("0.98", "0.98", "0.80", "100"),
        ("1", "0.98", "0.80", "100"),
        ("0.80", "0.98", "0.80", "0"),
        ("0.5", "0.98", "0.80", "0"),
        ("0.89", "0.98", "0.80", "50"),
        ("0", "0", "3", "100"),
        ("1", "0", "3", "200/3"),
        ("3", "0", "3", "0"),
        ("7", "0", "3", "0"),
        ("4.4", "4.8", "3", "700/9"),
    ],
)
def test_a_measure_scores_straight_between_zero_and_full(value: str, full: str, zero: str, score: str) -> None:
    assert score_value(Fraction(value), Fraction(full), Fraction(zero)) == Fraction(score)


def test_full_and_zero_must_differ() -> None:
    with pytest.raises(ValueError, match="same"):
        score_value(Fraction(1), Fraction(2), Fraction(2))


@pytest.mark.parametrize(
    ("finding", "value"),
    [
        (ratio(2, 3), Fraction(2, 3)),
        (ratio(0, 0), None),
        (count(0), Fraction(0)),
        (Finding("average", "4.333333", "13", 3), Fraction(13, 3)),
        (Finding("average", None, "0", 0), None),
        (Finding("sum", "12.50", "12.50", 2), Fraction(25, 2)),
        (Finding("sum", "0.00", "0.00", 0), Fraction(0)),
        (Finding("median", "2.5", None, 2), Fraction(5, 2)),
        (Finding("median", None, None, 0), None),
        (add_marks([90, 91, 91]), Fraction(272, 3)),
        (add_marks([]), None),
    ],
)
def test_the_exact_value_is_taken_not_the_rounded_one(finding: Finding, value: Fraction | None) -> None:
    assert read_finding(finding) == value


def test_a_month_worked_by_hand() -> None:
    # on_time 23 of 25 = 0.92: (0.92 - 0.80) / (0.98 - 0.80) = 2/3 of 100; one complaint of 3: 2/3 of 100.
    # attitude is for the desk only, so 60 and 30 become 200/3 and 100/3; 200/3 x 2/3 + 100/3 x 2/3 = 200/3.
    found = appraise(RULES, "field", {"on_time": ratio(23, 25), "complaints": count(1)})
    assert found.score == Fraction(200, 3)
    assert (found.grade, found.bonus, found.approver, found.reason) == ("C", "300.00", None, None)
    assert found.parts["on_time"].weight == Fraction(200, 3)
    assert found.parts["complaints"].weight == Fraction(100, 3)
    assert (found.parts["attitude"].weight, found.parts["attitude"].left_out) == (None, "role")


def test_a_measure_without_items_is_left_out_and_the_others_scaled() -> None:
    scored = rules(on_time=measure("60", "0.98", "0.8"), attitude=measure("40"))
    found = appraise(scored, "field", {"on_time": ratio(0, 0), "attitude": add_marks([80, 90])})
    assert (found.score, found.parts["attitude"].weight) == (85, 100)
    assert found.parts["on_time"].left_out == "empty"
    assert appraise(scored, "field", {"attitude": add_marks([80, 90])}).score == 85


@pytest.mark.parametrize("complaints", [0, 1, 5])
def test_who_has_no_items_has_no_score(complaints: int) -> None:
    # Neither the absence of complaints nor their presence is a month's work.
    found = appraise(RULES, "field", {"on_time": ratio(0, 0), "complaints": count(complaints)})
    assert (found.score, found.grade, found.bonus, found.reason) == (None, None, None, "no data")
    assert all(part.weight is None for part in found.parts.values())


def test_a_count_that_should_be_many_is_work() -> None:
    counted = rules(orders=measure("50", "60", "0"), complaints=measure("50", "0", "3"))
    assert appraise(counted, "field", {"orders": count(30), "complaints": count(0)}).score == 75
    assert appraise(counted, "field", {"orders": count(0), "complaints": count(0)}).score is None


@pytest.mark.parametrize(
    ("score", "grade"), [("100", "A"), ("90", "A"), ("89999999/1000000", "B"), ("60", "C"), ("0", "D")]
)
def test_the_grade_goes_by_the_exact_score(score: str, grade: str) -> None:
    found = find_grade(GRADES, Fraction(score))
    assert found is not None
    assert found["grade"] == grade


def test_the_floor_of_the_bonus_is_for_its_roles_whatever_the_score() -> None:
    worst, best = {"on_time": ratio(1, 2)}, {"on_time": ratio(2, 2)}
    assert appraise(RULES, "manager", worst).bonus == "300.00"
    assert appraise(RULES, "manager", best).bonus == "800.00"
    assert appraise(RULES, "manager", {}).bonus == "300.00"
    assert appraise(RULES, "manager", best).approver == "general-manager"
    assert appraise(RULES, "field", worst).bonus is None, "left blank by the rules"


@pytest.mark.parametrize(
    ("value", "exact", "shown"),
    [
        ("200/3", "66.666666", "66.66"),
        ("89999/1000", "89.999", "89.99"),
        ("90", "90", "90.00"),
        ("1/8", "0.125", "0.12"),
        ("0", "0", "0.00"),
        ("1/3000000", "0.000000", "0.00"),
    ],
)
def test_what_is_shown_is_rounded_down(value: str, exact: str, shown: str) -> None:
    assert (write_exact(Fraction(value)), write_down(Fraction(value), 2)) == (exact, shown)


# --- pay ----------------------------------------------------------------------------------------------------------


def test_the_shares_of_a_year_end_bonus() -> None:
    # 10000 / 12 = 833.33...: due by the end of January 833.33, of February 1666.66, of March 2500.00.
    shares = [share_of_year(Decimal("10000.00"), month) for month in range(1, 13)]
    assert [str(share) for share in shares[:3]] == ["833.33", "833.33", "833.34"]
    assert sum(shares) == Decimal("10000.00")


@given(st.decimals(0, 10**9, places=2), st.integers(1, 12))
def test_twelve_shares_are_the_year(amount: Decimal, month: int) -> None:
    shares = [share_of_year(amount, each) for each in range(1, 13)]
    assert sum(shares) == amount
    assert abs(shares[month - 1] - amount / 12) < Decimal("0.01")


@pytest.mark.parametrize(
    ("kind", "amount", "moved"),
    [
        ("fine", "30.00", "-30.00"),
        ("forfeit", "100.00", "-100.00"),
        ("compensation", "12.50", "-12.50"),
        ("reward", "200.00", "200.00"),
        ("warning", None, None),
        ("proposal", None, None),
        ("fine", None, None),
    ],
)
def test_what_an_entry_does_to_the_pay(kind: str, amount: str | None, moved: str | None) -> None:
    assert sign_amount(kind, amount) == (None if moved is None else Decimal(moved))


# --- what holds always --------------------------------------------------------------------------------------------

ratios = st.integers(0, 50).flatmap(lambda over: st.builds(ratio, st.integers(0, over), st.just(over)))
findings = st.fixed_dictionaries(
    {"on_time": ratios, "complaints": st.integers(0, 9).map(count)},
    optional={"attitude": st.lists(st.integers(0, 100), max_size=4).map(add_marks)},
)
roles = st.sampled_from(["desk", "field", "manager"])


@given(findings, roles)
def test_a_score_lies_in_its_bounds(found: dict[str, Finding], role: str) -> None:
    result = appraise(RULES, role, found)
    if result.score is None:
        assert (result.grade, result.reason) == (None, "no data")
        return
    assert 0 <= result.score <= 100
    assert result.grade is not None
    weights = [part.weight for part in result.parts.values() if part.weight is not None]
    assert sum(weights) == 100
    assert result.score == sum(part.score * part.weight for part in result.parts.values() if part.weight) / 100


@given(findings, roles, st.integers(1, 20))
def test_a_score_rises_with_a_good_measure_and_falls_with_a_bad_one(
    found: dict[str, Finding], role: str, more: int
) -> None:
    before = appraise(RULES, role, found).score
    if before is None:
        return
    on_time, complaints = found["on_time"], found["complaints"]
    if on_time.denominator:
        late = on_time.denominator - int(on_time.numerator or 0)
        better = ratio(int(on_time.numerator or 0) + min(more, late), on_time.denominator)
        after = appraise(RULES, role, {**found, "on_time": better}).score
        assert after is not None
        assert after >= before
    worse = appraise(RULES, role, {**found, "complaints": count(int(complaints.numerator or 0) + more)}).score
    assert worse is not None
    assert worse <= before


@given(st.sets(st.sampled_from(["on_time", "attitude"]), min_size=1), roles)
def test_full_marks_in_what_there_is_are_a_hundred(there: set[str], role: str) -> None:
    best = {"on_time": ratio(40, 40), "attitude": add_marks([100])}
    result = appraise(RULES, role, {"complaints": count(0), **{name: best[name] for name in there}})
    worked = there - ({"attitude"} if role != "desk" else set())
    assert result.score == (100 if worked else None)
