"""The table of breaks is kept true: each of them can be made, and leaves rules that load; `make breaks` runs them."""

from collections import Counter
from functools import cache

import pytest
from breaks import ROOT, RULES, TABLE, Break, apply_break, pick_breaks, read_table
from clauses_report import judge_clauses, read_marks

from dispatchctl.policy.compiling import examine_policy

BREAKS, PARTLY = read_table(TABLE.read_text(encoding="utf-8"))


@cache
def read_file(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("clause", dict.fromkeys(each.clause for each in BREAKS))
def test_each_break_can_be_made_and_the_rules_load_with_it(clause: str) -> None:
    for each in BREAKS:
        if each.clause == clause:
            text = apply_break(read_file(each.file), each)
            assert text != read_file(each.file), each
            if each.file == RULES:
                assert examine_policy(text.encode(), each.file).faults == [], each
            else:
                compile(text, each.file, "exec")


def test_every_clause_with_a_test_is_broken_somehow_and_no_other() -> None:
    marked = set().union(*read_marks().values())
    assert {each.clause for each in BREAKS} == marked
    assert set(PARTLY) <= marked
    twice = [each for each, count in Counter(BREAKS).items() if count > 1]
    assert not twice


def test_a_place_must_be_there_exactly_once() -> None:
    text = "a:\n  - {id: one, limit: 1d,\n     owner: x}\n  - {id: two, limit: 1d,\n     owner: y}\n"
    there = Break("X-1", RULES, "id: two", "limit: 1d", "limit: 2d", "")
    assert apply_break(text, there) == text.replace("two, limit: 1d", "two, limit: 2d")
    from_below = there._replace(after="owner: x", new="limit: 3d")
    assert apply_break(text, from_below) == text.replace("one, limit: 1d", "one, limit: 3d")
    assert apply_break(text, there._replace(new=None)) == text[: text.index("  - {id: two")]
    for wrong in (there._replace(after=""), there._replace(after="id:"), there._replace(old="owner: x")):
        with pytest.raises(ValueError, match="times, not once"):
            apply_break(text, wrong)


def test_a_clause_is_real_by_its_test_and_a_break_and_else_says_why() -> None:
    clauses = {"A-1": "intake", "A-2": "intake", "A-3": "staff", "A-4": "staff"}
    found = judge_clauses(clauses, {"A-1", "A-2", "A-3"}, {"A-1", "A-3"}, {"A-3": "no duty"})
    assert found == {
        "A-1": ("real", ""),
        "A-2": ("partly", "its test is tried by no break"),
        "A-3": ("partly", "no duty"),
        "A-4": ("none", "staff"),
    }


def test_breaks_are_picked_by_clause_by_file_and_from_a_clause_on() -> None:
    one, two, three = (Break(clause, file, "", "a", "b", "") for clause, file in (("A", "x"), ("B", "y"), ("C", "x")))
    table = [one, two, three]
    assert pick_breaks(table, set(), "") == table
    assert pick_breaks(table, {"x"}, "") == [one, three]
    assert pick_breaks(table, {"x"}, "B") == [three]
    assert pick_breaks(table, {"A", "y"}, "") == [one, two]
    with pytest.raises(SystemExit, match="no break is of D"):
        pick_breaks(table, {"A", "D"}, "")
