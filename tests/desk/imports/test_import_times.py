"""Times of an import: one reader for all of them; bare dates; zones that are honoured or refused, never lost."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from transcripts import Result

from dispatchctl.desk.imports.times import NOTHING, TimeParser
from dispatchctl.exchange.timeforms import check_form, has_clock

Run = Callable[..., Result]
Ask = Callable[..., Any]
ZONE = "Asia/Shanghai"
FORM = "%Y-%m-%d %H:%M %Z"


def say(text: str, forms: tuple[str, ...] = (), none: tuple[str, ...] = (), zone: str = ZONE) -> str:
    """What a text is read as: the time in Shanghai, `day` before a bare date, "none", or "" where it is no time."""
    found = TimeParser(zone, forms, none).read(text)
    if found is None or found is NOTHING:
        return "" if found is None else "none"
    shown = datetime.fromtimestamp(found.at, ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")
    return f"day {shown}" if found.day else shown


@pytest.mark.parametrize(
    ("text", "forms", "wanted"),
    [
        ("2026-11-02 09:30", (), "2026-11-02 09:30"),
        ("2026-11-02T01:30:00Z", (), "2026-11-02 09:30"),
        ("2026-11-02 01:30:00 UTC", (), "2026-11-02 09:30"),
        ("2026-11-02 09:30 CST", (), "2026-11-02 09:30"),  # what Shanghai's zone is called
        ("2026-11-02 09:30 EST", (), ""),
        ("2026-11-02", (), "day 2026-11-02 00:00"),
        ("2026/11/2", (), "day 2026-11-02 00:00"),
        ("2026.11.2 9:05", (), "2026-11-02 09:05"),
        ("2026年11月2日", (), "day 2026-11-02 00:00"),
        ("2026年11月2日 9时5分", (), "2026-11-02 09:05"),
        ("2026年11月2日 9：05", (), "2026-11-02 09:05"),
        ("2026年2月30日", (), ""),
        ("1793583000", (), ""),
        ("1793583000", ("%s",), "2026-11-02 09:30"),
        ("2026-11-02 09:30", ("%s",), ""),
        ("2026-11-02 01:30 UTC", (FORM,), "2026-11-02 09:30"),
        ("2026-11-02 01:30 GMT", (FORM,), "2026-11-02 09:30"),
        ("2026-11-02 01:30 Z", (FORM,), "2026-11-02 09:30"),
        ("2026-11-02 01:30 PST", (FORM,), ""),
        ("02 Nov 2026 01:30 UTC", ("%d %b %Y %H:%M %Z",), "2026-11-02 09:30"),
        ("2026-11-02 01:30 +0000", ("%Y-%m-%d %H:%M %z",), "2026-11-02 09:30"),
        ("11/02/2026 06:00 PM", ("%m/%d/%Y %I:%M %p",), "2026-11-02 18:00"),
        ("02.11.2026", ("%d.%m.%Y %H:%M", "%d.%m.%Y"), "day 2026-11-02 00:00"),
        ("02.11.2026 09:30", ("%d.%m.%Y %H:%M", "%d.%m.%Y"), "2026-11-02 09:30"),
        ("12345-01-01", (), ""),
        ("1969-12-31", (), ""),
    ],
)
def test_a_text_is_read_or_refused_never_half_read(text: str, forms: tuple[str, ...], wanted: str) -> None:
    assert say(text, forms) == wanted


@pytest.mark.parametrize(
    ("zone", "text", "wanted"),
    [
        ("America/New_York", "2026-07-01 09:00 EDT", "2026-07-01 21:00"),
        ("America/New_York", "2026-07-01 09:00 EST", ""),  # the zone has another name that day
        ("America/New_York", "2026-11-01 01:30 EDT", "2026-11-01 13:30"),  # twice that night: the names tell
        ("America/New_York", "2026-11-01 01:30 EST", "2026-11-01 14:30"),
    ],
)
def test_the_zone_of_the_map_is_known_by_its_names(zone: str, text: str, wanted: str) -> None:
    assert say(text, (FORM,), zone=zone) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-", "none"),
        ("?", "none"),
        ("1900-01-01", "none"),
        ("1900/1/1", "none"),
        ("1900-01-01 00:00", "none"),
        ("--", ""),
    ],
)
def test_what_means_no_time(text: str, wanted: str) -> None:
    assert say(text, none=("-", "?", "1900-01-01")) == wanted


@pytest.mark.parametrize(
    ("form", "refused"),
    [
        ("%Y-%m-%d %H:%M:%S", False),
        ("%d/%m/%Y %I:%M %p", False),
        ("%Y-%m-%d %Z", False),
        ("%s", False),
        ("%d/%m %H:%M", True),  # no year
        ("%Y-%m-%d %I:%M", True),  # before or after noon?
        ("%Y-%m-%d %Q", True),
        ("%s %Z", True),
        ("%Y %Y-%m-%d", True),
        ("%Y-%m-%d %", True),
        ("%Y-%m-%dT%H:%M%z %Z", True),
    ],
)
def test_a_form_that_would_lose_something_is_refused(form: str, refused: bool) -> None:
    assert bool(check_form(form)) == refused


@pytest.mark.parametrize(
    ("form", "clock"), [("%Y-%m-%d", False), ("%d.%m.%y", False), ("%Y-%m-%d %H", True), ("%s", True)]
)
def test_a_form_without_a_time_of_day_is_of_bare_dates(form: str, clock: bool) -> None:
    assert has_clock(form) == clock


def test_every_time_is_read_by_the_map_s_forms(load: Run, ask: Ask) -> None:
    Path("map.yaml").write_text(
        "register: orders\ntime_format: ['%m/%d/%Y %I:%M %p', '%m/%d/%Y']\nnone: ['-']\n"
        "columns: {source_ref: n, at: t, appointment_at: d}\nconstants: {kind: inquiry, content: x}\n"
        "events: [{event: closed, at: c}]\n"
    )
    Path("h.csv").write_text(
        "n,t,d,c\nA,11/02/2026 09:00 AM,11/05/2026 06:00 PM,11/06/2026\nB,11/02/2026,-,-\n"
        "C,11/02/2026,2026-11-05 18:00,\n"
    )
    result = load()
    assert (result.code, result.err) == (0, "")
    first, second = ask("show", "O-20261120-0001"), ask("show", "O-20261120-0002")
    assert first["appointment_at"] == "2026-11-05T18:00:00+08:00"
    assert [row["at"] for row in first["events"]] == ["2026-11-02T09:00:00+08:00", "2026-11-06T17:30:00+08:00"]
    assert ask("show", "C")["appointment_at"] == "2026-11-05T18:00:00+08:00"  # as older maps have it
    assert (second["state"], second["events"][0]["at"]) == ("open", "2026-11-02T00:00:00+08:00")


BARE = """register: orders
columns: {source_ref: n, at: t, appointment_at: d}
constants: {kind: inquiry, content: x}
events: [{event: closed, at: c}]
"""


@pytest.mark.parametrize(
    ("taken", "due", "closed", "more", "wanted"),
    [
        ("2026-11-02 09:30", "", "2026-11-02", "", ("", "2026-11-02T17:30:00+08:00")),
        ("2026-11-02 19:30", "", "2026-11-02", "", ("", "2026-11-02T19:30:00+08:00")),  # after business: that moment
        ("2026-11-02 09:00", "2026-11-06", "", "", ("2026-11-06T17:30:00+08:00", "")),
        (
            "2026-11-02 09:00",
            "2026/11/6",
            "2026-11-06 15:00",
            "",
            ("2026-11-06T17:30:00+08:00", "2026-11-06T15:00:00+08:00"),
        ),
        ("2026-11-06", "", "2026-11-08", "", ("", "2026-11-08T23:59:59+08:00")),  # a Sunday has no hours
        ("2026-11-02", "", "2026-11-05", "moments: [c]\n", ("", "2026-11-05T00:00:00+08:00")),
        ("2026-11-19 09:30", "", "2026-11-20", "", ("", "2026-11-20T09:00:00+08:00")),  # today is not over: now
    ],
)
def test_a_bare_date_is_a_day(
    load: Run, ask: Ask, taken: str, due: str, closed: str, more: str, wanted: tuple[str, str]
) -> None:
    Path("map.yaml").write_text(BARE + more)
    Path("h.csv").write_text(f"n,t,d,c\nA,{taken},{due},{closed}\n")
    result = load()
    assert (result.code, result.err) == (0, "")
    order = ask("show", "O-20261120-0001")
    end = [row["at"] for row in order["events"] if row["event"] == "closed"]
    assert (order["appointment_at"] or "", "".join(end)) == wanted
    assert load("--json").out.count('"changed": 0') == 1


def test_closed_before_taken_is_taken_as_closed_at_the_start(load: Run, ask: Ask) -> None:
    Path("map.yaml").write_text(BARE)
    Path("h.csv").write_text("n,t,d,c\nA,2026-11-02 09:30,,2026-11-01 10:00\n")
    result = load("--strict")
    assert result.code == 5
    assert "h.csv:2: c: closed lies before taken" in result.err
    result = load()
    assert result.code == 0
    assert "1 events lie before taken" in result.err
    assert [row["at"][:16] for row in ask("show", "1")["events"]] == ["2026-11-02T09:30"] * 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("time_format: '%d/%m %H:%M'", "map.yaml:5: time_format '%d/%m %H:%M': it has no year"),
        ("moments: [closed]", "map.yaml:5: moments: no column 'closed' is read"),
    ],
)
def test_a_map_is_refused_by_name(load: Run, line: str, message: str) -> None:
    Path("map.yaml").write_text(f"{BARE}{line}\n")
    Path("h.csv").write_text("n,t,d,c\nA,2026-11-02 09:30,,\n")
    result = load()
    assert result.code == 5
    assert message in result.err


def test_a_zone_that_is_not_known_says_what_is(load: Run) -> None:
    Path("map.yaml").write_text(f"time_format: '{FORM}'\n{BARE}")
    Path("h.csv").write_text("n,t,d,c\nA,2026-11-02 01:30 PST,,\n")
    result = load()
    assert result.code == 5
    assert "h.csv:2: t: '2026-11-02 01:30 PST' is no time" in result.err
    assert "hint: zones taken: UTC, GMT, Z, and what Asia/Shanghai is called then" in result.err


def test_seconds_since_1970_are_told_of(load: Run) -> None:
    Path("map.yaml").write_text(BARE)
    Path("h.csv").write_text("n,t,d,c\nA,1793583000,,\n")
    assert 'hint: seconds since 1970? map: time_format: "%s"' in load().err
