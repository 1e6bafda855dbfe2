"""Days off and make-up days: as announced, with the desk's own, and carried over to the next version."""

import sys
from datetime import date

import pytest

from dispatchctl.errors import Refused
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.days import YEARLY, fill_years, merge_days, resolve_days
from dispatchctl.policy.publishing import draft_differs, extract_draft, render_version

DRAFT = b"""\
policy: {effective_from: 2026-01-01}
calendar: {hours: {mon-fri: "08:30-17:30"}}
services: {plumbing: {}}
clocks: [{id: c, of: orders, start: taken, stop: closed, limit: 1d}]
"""


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def list_year(table: dict[int, str], year: int) -> list[str]:
    return [date.fromordinal(each).strftime("%m-%d") for each in table if date.fromordinal(each).year == year]


def test_the_days_of_2026_as_announced() -> None:
    days = resolve_days("CN", 2026, [], [])
    assert days["through"] == 2026
    assert list_year(days["off"], 2026) == [
        *("01-01", "01-02", "01-03"),
        *("02-15", "02-16", "02-17", "02-18", "02-19", "02-20", "02-21", "02-22", "02-23"),
        *("04-04", "04-05", "04-06"),
        *("05-01", "05-02", "05-03", "05-04", "05-05"),
        *("06-19", "06-20", "06-21"),
        *("09-25", "09-26", "09-27"),
        *("10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07"),
    ]
    assert list_year(days["working"], 2026) == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert days["off"][day("2026-02-17")] == "春节"
    assert days["off"][day("2026-10-01")] == "国庆节"
    assert days["working"][day("2026-02-28")] == "春节"
    assert {name for table in (days["off"], days["working"]) for name in table.values()} == {
        *("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节", "抗战胜利70周年纪念日"),
    }


def test_from_2004_and_every_make_up_day_is_on_a_weekend() -> None:
    days = resolve_days("CN", 2026, [], [])
    assert date.fromordinal(min(days["off"])) == date(2004, 1, 1)
    assert all(date.fromordinal(each).weekday() >= 5 for each in days["working"])
    assert not set(days["off"]) & set(days["working"])


def test_a_year_not_announced_is_not_known_but_own_days_count() -> None:
    days = resolve_days("CN", 2999, [day("2030-05-01")], [day("2030-05-05")])
    assert 2026 <= days["through"] < 2999
    assert list_year(days["off"], 2030) == ["05-01"]
    assert list_year(days["working"], 2030) == ["05-05"]


def test_a_year_entered_by_hand_is_known() -> None:
    """As soon as all its fixed holidays stand in `closed`: own days off alone make no arrangement."""
    asked = max(2026, resolve_days("CN", 2999, [], [])["through"]) + 1
    fixed = [day(f"{asked}-{text}") for text in ("01-01", "05-01", "05-02", "10-01", "10-02", "10-03")]
    assert resolve_days("CN", asked, fixed, [])["through"] == asked
    assert resolve_days("CN", asked + 1, fixed, [])["through"] == asked
    assert resolve_days("CN", asked - 1, fixed, [])["through"] == asked - 1
    assert resolve_days("CN", asked, fixed[1:], [])["through"] == asked - 1


def test_fixed_holidays_of_past_unknown_years_are_carried_over() -> None:
    """They were counted as off; once their year is known, only what the table lists is."""
    known = {"off": {day("2026-01-01"): "元旦"}, "working": {day("2027-05-02"): ""}, "through": 2026}
    filled = fill_years(known, YEARLY["CN"], 2028)
    assert list_year(filled["off"], 2026) == ["01-01"]
    assert list_year(filled["off"], 2027) == ["01-01", "05-01", "10-01", "10-02", "10-03"]
    assert len(list_year(filled["off"], 2028)) == 6
    assert list_year(filled["off"], 2029) == []
    merged = merge_days(filled, {"off": {}, "working": {}, "through": 2028}, day("2027-06-01"))
    assert list_year(merged["off"], 2027) == ["01-01", "05-01"]
    assert fill_years(known, (0, {}), 2028) == known


def test_own_days_come_last() -> None:
    closed, opened = [day("2026-03-09"), day("2026-02-28"), day("2026-10-01")], [day("2026-03-14"), day("2026-02-23")]
    days = resolve_days("CN", 2026, closed, opened)
    assert days["off"][day("2026-03-09")] == ""
    assert days["off"][day("2026-02-28")] == ""
    assert day("2026-02-28") not in days["working"]
    assert days["off"][day("2026-10-01")] == "国庆节"
    assert days["working"][day("2026-03-14")] == ""
    assert day("2026-02-23") not in days["off"]


def test_no_country_is_weekends_and_own_days_only() -> None:
    days = resolve_days("none", 2026, [day("2026-03-09")], [])
    assert days == {"off": {day("2026-03-09"): ""}, "working": {}, "through": 2026}


def test_another_country_without_the_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(Refused, match="the public holidays of US need the package holidays") as caught:
        resolve_days("US", 2026, [], [])
    assert "dispatchctl[holidays]" in caught.value.hint


def test_another_country_with_the_extra() -> None:
    pytest.importorskip("holidays")
    days = resolve_days("US", 2026, [], [])
    assert days["off"][day("2026-07-04")] == "Independence Day"
    with pytest.raises(Refused, match="no country XX"):
        resolve_days("XX", 2026, [], [])


def test_a_new_version_keeps_the_past_and_takes_the_rest_afresh() -> None:
    newest = {"off": {10: "旧", 20: "旧", 30: "旧"}, "working": {11: "旧", 21: "旧"}, "through": 2025}
    fresh = {"off": {9: "新", 20: "新", 40: "新"}, "working": {12: "新", 22: "新"}, "through": 2026}
    assert merge_days(newest, fresh, 20) == {
        "off": {10: "旧", 20: "新", 40: "新"},
        "working": {11: "旧", 22: "新"},
        "through": 2026,
    }


@pytest.mark.parametrize(("newest", "fresh", "expected"), [(2025, 2026, 2026), (2027, 2026, 2026), (2025, 2020, 2025)])
def test_years_known_for_past_days_stay_known(newest: int, fresh: int, expected: int) -> None:
    empty: dict[str, dict[int, str]] = {"off": {}, "working": {}}
    merged = merge_days({**empty, "through": newest}, {**empty, "through": fresh}, day("2026-11-22"))
    assert merged["through"] == expected


def test_a_version_is_the_draft_and_its_days() -> None:
    days = resolve_days("CN", 2026, [day("2026-03-09")], [day("2026-03-14")])
    days["off"][day("2026-07-04")] = 'It\'s "day": one, # {x}'
    text = render_version(DRAFT, days)
    assert text.startswith(DRAFT)
    assert extract_draft(text) == DRAFT
    policy, faults = compile_policy(text, "2026-01-01.yaml", published=True)
    assert faults == []
    assert policy is not None
    assert policy["days"] == days
    assert compile_policy(text, "policies.yaml")[1][0].code == "unknown-key"


def test_a_version_without_days_and_a_draft_without_a_last_line_end() -> None:
    text = render_version(DRAFT.rstrip(), {"off": {}, "working": {}, "through": 2026})
    policy, faults = compile_policy(text, "v.yaml", published=True)
    assert faults == []
    assert policy is not None
    assert policy["days"] == {"off": {}, "working": {}, "through": 2026}


def test_a_day_that_is_none_in_a_version() -> None:
    text = DRAFT + b'days:\n  through: 2026\n  off:\n    "2026": {02-30: x}\n'
    assert [str(fault) for fault in compile_policy(text, "v.yaml", published=True)[1]] == [
        "v.yaml:8: days.off.2026.02-30: 2026-02-30 is not a day (MM-DD)"
    ]


def test_whether_the_draft_differs() -> None:
    version = render_version(DRAFT, {"off": {}, "working": {}, "through": 2026})
    assert not draft_differs(DRAFT, version)
    assert not draft_differs(DRAFT.rstrip(b"\n"), version)
    assert not draft_differs(DRAFT.replace(b"\n", b"\r\n"), version)
    assert draft_differs(DRAFT.replace(b"1d", b"2d"), version)
