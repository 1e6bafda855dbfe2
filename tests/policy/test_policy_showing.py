"""`policy show`: the rules with every default, in the words of policies.yaml."""

import json
from pathlib import Path
from typing import Any

import pytest

from dispatchctl.errors import NotFound
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.showing import show_policy

ROOT = Path(__file__).resolve().parents[2]


def compile_shipped() -> dict[str, Any]:
    policy, faults = compile_policy((ROOT / "policies.yaml").read_bytes(), "policies.yaml")
    assert faults == []
    assert policy is not None
    return policy


def test_what_is_shown_can_be_written_again() -> None:
    policy = compile_shipped()
    shown = show_policy(policy)
    assert compile_policy(json.dumps(shown).encode(), "shown") == ({**policy, "defaults": []}, [])


def test_a_policy_of_defaults_can_be_written_again() -> None:
    text = (
        b"policy: {effective_from: 2026-01-01}\n"
        b'calendar: {hours: {sat: "00:00-24:00", make-up: "09:00-10:30"}, closed: 2026-03-09, '
        b'counting: elapsed, cut_off: "17:30"}\n'
        b"services: {a.b: {}}\n"
        b"clocks: [{id: c, of: orders, start: [taken, assignments.rework], stop: state.done, limit: 1d}]\n"
        b"measures: {m: {of: orders, value: {sum: price}, over: {paid: {not: null}, price: {below: 5}, "
        b"answered: null}}}\n"
    )
    policy, faults = compile_policy(text, "policies.yaml")
    assert faults == []
    assert policy is not None
    shown = show_policy(policy)
    shown = {key: value for key, value in shown.items() if value is not None and key != "clauses"}
    assert compile_policy(json.dumps(shown).encode(), "shown") == ({**policy, "defaults": []}, [])
    assert shown["calendar"]["hours"]["sat"] == ["00:00-24:00"]
    assert shown["clocks"][0]["start"] == ["taken", "assignments.rework"]
    assert shown["clocks"][0]["stop"] == ["state.done"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("calendar.hours.mon", ["08:30-12:00", "13:30-17:30"]),
        ("calendar.hours.make-up", ["08:30-12:00", "13:30-17:30"]),
        ("services.plumbing.base_price", "50.00"),
        ("services.lift.base_price", None),
        ("escalation.every", "4bh"),
        ("clocks.confirm.limit", "2wd"),
        ("clocks.1.when", {"priority": ["urgent"]}),
        ("clocks.confirm.extendable", False),
        ("measures.on_time.value", "ratio"),
        ("measures.revenue.value", {"sum": "amount"}),
        ("clauses.PD-2.1", "每接到一件服务请求，先判断是否需要派单；当场能答复的，答复并记录，不再派单"),
        ("reports.weekly.totals.title", "本周汇总"),
        ("policy.version", "2026.1"),
    ],
)
def test_a_part_by_its_path(path: str, expected: object) -> None:
    assert show_policy(compile_shipped(), path) == expected


def test_the_variants_of_a_clock_together() -> None:
    shown = show_policy(compile_shipped(), "clocks.dispatch")
    assert [variant["limit"] for variant in shown] == ["15m", "60bm"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("clock", "did you mean clocks?"),
        ("services.plumbin", "did you mean plumbing?"),
        ("clocks.99", ""),
        ("policy.title.x", ""),
    ],
)
def test_no_such_part(path: str, hint: str) -> None:
    with pytest.raises(NotFound, match=f"the rules have no {path}") as caught:
        show_policy(compile_shipped(), path)
    assert caught.value.hint == hint
