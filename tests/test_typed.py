"""Times, days, months and money as people type them. 2026-11-21 is a Saturday; 09:30 in Shanghai."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.errors import UsageFault
from dispatchctl.typed import parse_day, parse_money, parse_month, parse_when, read_when

ZONE = "Asia/Shanghai"
NOW = 1795224600  # 2026-11-21T09:30:00+08:00


def spell(epoch: int, zone: str = ZONE) -> str:
    return datetime.fromtimestamp(epoch, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-21T09:00:00+08:00", "2026-11-21 09:00:00"),
        ("2026-11-21T01:00:00Z", "2026-11-21 09:00:00"),
        ("2026-11-21T09:00", "2026-11-21 09:00:00"),
        ("2026-11-21 09:00:59.9", "2026-11-21 09:00:59"),
        ("2026-11-20", "2026-11-20 00:00:00"),
        ("now", "2026-11-21 09:30:00"),
        ("today", "2026-11-21 00:00:00"),
        ("yesterday", "2026-11-20 00:00:00"),
        ("tomorrow", "2026-11-22 00:00:00"),
        ("last-month", "2026-10-01 00:00:00"),
        ("08:05", "2026-11-21 08:05:00"),
        ("8:05", "2026-11-21 08:05:00"),
        ("-3d", "2026-11-18 09:30:00"),
        ("+1w", "2026-11-28 09:30:00"),
        ("-2h", "2026-11-21 07:30:00"),
        ("+30m", "2026-11-21 10:00:00"),
    ],
)
def test_times(text: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert spell(parse_when(text, ZONE, NOW)) == wanted
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-20", 20), ("20261120", 20), ("2026-W47-5", 20), ("today", 21), ("yesterday", 20), ("tomorrow", 22),
     ("20 Nov 2026", 20), ("2026/11/20", 20), ("now", 0), ("09:00", 0), ("2026-11-20T00:00", 0), ("-1d", 0), ("+1w", 0),
     ("20 Nov 2026 00:00", 0), ("2026/11/20 23:59:58", 0)],
)  # fmt: skip
def test_a_bare_day_keeps_that_it_was_one(text: str, day: int) -> None:
    """day: of November; 0 for a moment."""
    found = read_when(text, ZONE, NOW)
    assert found.day == (datetime(2026, 11, day).toordinal() if day else None)
    if day:
        assert spell(found.at) == f"2026-11-{day} 00:00:00"


def test_a_day_read_loosely_is_said_as_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    read_when("2026/11/20", ZONE, NOW, "--until")
    assert capsys.readouterr().err == "--until: 2026/11/20 was read as 2026-11-20\n"


def test_other_times_are_read_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert spell(parse_when("10 Nov 2026 14:00", ZONE, NOW, "--since")) == "2026-11-10 14:00:00"
    assert capsys.readouterr().err == "--since: 10 Nov 2026 14:00 was read as 2026-11-10 14:00\n"


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "25:00", "-3y", "2026-13-01", "0001-01-01", "9999-12-31", "-999999w", "\x1b[2J", "１２:３０x",
     "\ud800", "9.30", "1,5", "٣", "５０", "2026.11", "x" * 5000, "-", "+", "1e9999", "2026-02-30T00:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^--at: .*allowed: ISO 8601"):
        parse_when(text, ZONE, NOW)


@pytest.mark.parametrize("text", ["today", "08:00", "-3d", "10 Nov 2026"])
def test_strict_takes_iso_only(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^--now: "):
        parse_when(text, ZONE, NOW, "--now", strict=True)
    assert parse_when("now", ZONE, NOW, "--now", strict=True) == NOW


def test_summer_time() -> None:
    zone = "America/New_York"
    # 2026-03-08: 02:00 becomes 03:00, so 02:30 does not exist and is an hour later; 2026-11-01: 01:30 comes twice
    assert spell(parse_when("2026-03-08T02:30", zone, NOW), zone) == "2026-03-08 03:30:00"
    assert parse_when("2026-11-01T01:30", zone, NOW) == parse_when("2026-11-01T01:30:00-04:00", zone, NOW)
    noon = parse_when("2026-03-08T12:00", zone, NOW)
    assert spell(parse_when("-1d", zone, noon), zone) == "2026-03-07 12:00:00"
    assert spell(parse_when("-24h", zone, noon), zone) == "2026-03-07 11:00:00"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_when, parse_day, parse_month):
        try:
            parse(text, ZONE, NOW)
        except UsageFault:
            pass
    try:
        parse_money(text)
    except UsageFault:
        pass


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("2026-11-03", "2026-11-03"), ("today", "2026-11-21"), ("yesterday", "2026-11-20"), ("-3d", "2026-11-18"),
     ("tomorrow", "2026-11-22"), ("+1w", "2026-11-28")],
)  # fmt: skip
def test_days(text: str, wanted: str) -> None:
    assert parse_day(text, ZONE, NOW).isoformat() == wanted


def test_the_day_is_that_of_the_zone() -> None:
    assert parse_day("today", "America/New_York", NOW).isoformat() == "2026-11-20"
    late = parse_when("2026-12-01T00:30", ZONE, NOW)
    assert parse_month("this", ZONE, late) == "2026-12"
    assert parse_month("this", "UTC", late) == "2026-11"


@pytest.mark.parametrize("text", ["2026-02-30", "10", "", "-99999w", "9999-01-01", "03:00"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^--date: "):
        parse_day(text, ZONE, NOW)


@pytest.mark.parametrize(
    ("text", "wanted"), [("2026-10", "2026-10"), ("this", "2026-11"), ("last", "2026-10"), ("last-month", "2026-10")]
)
def test_months(text: str, wanted: str) -> None:
    assert parse_month(text, ZONE, NOW) == wanted


def test_last_month_of_january_is_december() -> None:
    assert parse_month("last", ZONE, parse_when("2026-01-31", ZONE, NOW)) == "2025-12"


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "10", "２０２６-10", "1969-12"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^--month: .*YYYY-MM"):
        parse_month(text, ZONE, NOW)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("50", "50.00"), ("50.0", "50.00"), ("50.05", "50.05"), ("0", "0.00"), ("007.5", "7.50"), (" 3. ", "3.00")],
)
def test_money(text: str, wanted: str) -> None:
    assert parse_money(text) == wanted


@pytest.mark.parametrize("text", ["", "-1", "+1", "1e5", "1,000", "50.001", "NaN", "inf", "５０", ".5", "1" * 13, "¥5"])
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^--amount: "):
        parse_money(text)
