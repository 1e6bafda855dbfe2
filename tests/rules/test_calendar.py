"""Working days and business time: tables worked by hand, laws that hold for every moment, changes of the clock."""

from bisect import bisect_left
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minute_calendar import epoch, wall
from opening_hours import (
    BOSTON,
    EARLY,
    LATER,
    NIGHT,
    ROUND_THE_CLOCK,
    SEVEN_DAYS,
    SHANGHAI,
    SIX_DAYS,
    SKIPPED_DAY,
    SKIPPED_EVENING,
    SKIPPED_MIDNIGHT,
    SUNDAY,
    TUESDAY_ON,
    Hours,
)

from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.zone import Zone

OFFICE = SHANGHAI.build()
AFTER = LATER.build()
DESKS = {
    "office": OFFICE,
    "later": AFTER,
    "clock": ROUND_THE_CLOCK.build(),
    "night": NIGHT.build(),
    "sunday": SUNDAY.build(),
    "six": SIX_DAYS.build(),
    "seven": SEVEN_DAYS.build(),
    "tuesday": TUESDAY_ON.build(),
}
MOMENTS = st.integers(epoch("2007-01-01 00:00"), epoch("2032-01-01 00:00"))


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("text", "works", "why"),
    [
        ("2026-03-02", True, ""),  # a plain Monday
        ("2026-03-07", False, "weekend"),
        ("2026-02-17", False, "holiday:Spring Festival"),  # a Tuesday
        ("2026-02-15", False, "holiday:Spring Festival"),  # a Sunday that is part of it
        ("2026-02-14", True, ""),  # a Saturday worked for it
        ("2026-03-09", False, "closed"),  # the desk's own day off, a Monday
        ("2026-03-14", True, ""),  # the desk's own working day, a Saturday
        ("2027-02-08", True, ""),  # not published, so Monday to Friday
    ],
)
def test_working_days_and_why_not(text: str, works: bool, why: str) -> None:
    assert OFFICE.is_working_day(day(text)) is works
    assert OFFICE.why_closed(day(text)) == why


@pytest.mark.parametrize(
    ("text", "works", "why"),
    [
        ("2026-10-08", True, ""),  # a year that is published has the days it was published with, and no others
        ("2027-01-01", False, "holiday:New Year"),  # a Friday
        ("2027-01-04", True, ""),  # a Monday
        ("2027-05-01", False, "holiday:Labour Day"),  # a Saturday
        ("2027-05-02", False, "holiday:Labour Day"),  # a Sunday
        ("2027-05-03", True, ""),  # nobody knows yet that it will be off
        ("2027-03-08", False, "closed"),  # the desk's own
        ("2027-10-01", True, ""),  # the desk's own working day, a Friday
        ("2027-10-03", False, "holiday:National Day"),
        ("2031-10-02", False, "holiday:National Day"),  # a Thursday
        ("2031-10-07", True, ""),
        ("9999-10-01", False, "holiday:National Day"),
    ],
)
def test_holidays_of_fixed_date_are_off_in_years_not_published(text: str, works: bool, why: str) -> None:
    calendar = LATER.build()
    assert calendar.is_working_day(day(text)) is works
    assert calendar.why_closed(day(text)) == why
    assert bool(calendar.segments(day(text))) is works
    assert calendar.is_published(day(text)) is (text < "2027")


@pytest.mark.parametrize(
    ("desk", "text", "works", "why"),
    [
        ("six", "2026-03-07", True, ""),  # a Saturday
        ("six", "2026-03-08", False, "weekend"),  # a Sunday
        ("six", "2026-04-04", False, "holiday:Tomb-sweeping Day"),  # the Saturday of Qingming
        ("six", "2026-05-09", True, ""),  # a Saturday worked for Labour Day
        ("six", "2026-09-20", True, ""),  # a Sunday worked for National Day
        ("seven", "2026-03-08", True, ""),
        ("seven", "2026-04-05", False, "holiday:Tomb-sweeping Day"),  # a Sunday
        ("seven", "2027-02-07", True, ""),  # a Sunday of a year that is not published
        ("tuesday", "2026-03-02", False, "weekend"),  # a Monday
        ("tuesday", "2026-03-08", True, ""),  # a Sunday
        ("tuesday", "2026-04-06", False, "holiday:Tomb-sweeping Day"),  # a Monday
        ("tuesday", "2027-05-02", False, "holiday:Labour Day"),  # a Sunday
        ("tuesday", "2027-05-03", False, "weekend"),  # a Monday
    ],
)
def test_which_weekdays_are_worked_is_the_desks_own(desk: str, text: str, works: bool, why: str) -> None:
    assert DESKS[desk].is_working_day(day(text)) is works
    assert DESKS[desk].why_closed(day(text)) == why


@settings(deadline=None)
@given(st.sampled_from(["six", "seven", "tuesday"]), st.integers(day("2007-01-01"), day("2040-12-31")))
def test_working_days_of_any_week_are_those_of_the_plain_rule(desk: str, one: int) -> None:
    plain = {"six": SIX_DAYS, "seven": SEVEN_DAYS, "tuesday": TUESDAY_ON}[desk].build_by_minutes()
    assert DESKS[desk].is_working_day(one) is plain.works(date.fromordinal(one))
    following = one + 1
    while not plain.works(date.fromordinal(following)):
        following += 1
    assert DESKS[desk].next_working_day(one) == following


def test_fixed_dates_begin_with_their_law() -> None:
    early = Calendar("Asia/Shanghai", [((0, 3600),)] * 7, (), {}, {}, 2023, "elapsed", None, {"05-02": "Labour"}, 2025)
    found = [early.why_closed(day(f"{year}-05-02")) for year in (2023, 2024, 2025, 2026)]
    assert found == ["", "", "holiday:Labour", "holiday:Labour"]  # a Tuesday, Thursday, Friday and Saturday


@pytest.mark.parametrize(("start", "hours", "due"), [
    ("2026-12-31 10:00", 7, "2027-01-04 09:30"),  # 6 hours are left of Thursday, Friday is off
    ("2027-09-30 16:30", 2, "2027-10-01 09:30"),  # the desk works that day
    ("2031-09-30 16:30", 2, "2031-10-06 09:30"),  # Tuesday; 1 to 3 October are off, then a weekend
])  # fmt: skip
def test_business_hours_pass_fixed_holidays(start: str, hours: int, due: str) -> None:
    assert wall(LATER.build().add_business(epoch(start), hours * 3600)) == f"{due}:00"


@settings(deadline=None)
@given(st.integers(day("2024-01-01"), day("2099-12-31")))
def test_working_days_of_any_year_are_those_of_the_plain_rule(one: int) -> None:
    plain = LATER.build_by_minutes()
    assert AFTER.is_working_day(one) is plain.works(date.fromordinal(one))
    assert AFTER.close_of(one) == plain.close(date.fromordinal(one))


def test_next_working_day_passes_the_festival() -> None:
    assert OFFICE.next_working_day(day("2026-02-13")) == day("2026-02-14")
    assert OFFICE.next_working_day(day("2026-02-14")) == day("2026-02-24")


def test_hours_of_a_day() -> None:
    assert [(wall(a), wall(b)) for a, b in OFFICE.segments(day("2026-02-14"))] == [
        ("2026-02-14 08:30:00", "2026-02-14 12:00:00"),
        ("2026-02-14 13:30:00", "2026-02-14 17:30:00"),
    ]
    assert OFFICE.segments(day("2026-02-15")) == OFFICE.segments(day("2026-03-09")) == ()


def test_opening_and_close() -> None:
    assert wall(OFFICE.open_of(day("2026-03-02"))) == "2026-03-02 08:30:00"
    assert wall(OFFICE.close_of(day("2026-03-02"))) == "2026-03-02 17:30:00"
    assert wall(OFFICE.close_of(day("2026-03-01"))) == "2026-03-02 00:00:00"  # no hours: 24:00
    assert wall(OFFICE.open_of(day("2026-03-01"))) == "2026-03-01 00:00:00"


def test_a_sunday_desk_has_hours_on_a_day_that_is_no_working_day() -> None:
    desk = DESKS["sunday"]
    assert not desk.is_working_day(day("2026-03-08"))
    assert desk.segments(day("2026-03-08"))
    assert desk.is_working_day(day("2026-03-12"))  # a Thursday, without hours
    assert not desk.segments(day("2026-03-12"))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        # 0.5 h to 12:00, 0.5 h from 13:30
        ("2026-03-02 11:30", 1, "2026-03-02 14:00:00"),
        # 1 h to 17:30, 1 h from 08:30
        ("2026-03-02 16:30", 2, "2026-03-03 09:30:00"),
        # runs out as the morning ends: due then, not at 13:30
        ("2026-03-02 10:00", 2, "2026-03-02 12:00:00"),
        # and as the day ends
        ("2026-03-02 13:30", 4, "2026-03-02 17:30:00"),
        # from the end of a segment the time runs in the next one
        ("2026-03-02 12:00", 1, "2026-03-02 14:30:00"),
        # before opening, and at night
        ("2026-03-02 06:00", 1, "2026-03-02 09:30:00"),
        ("2026-03-02 23:00", 1, "2026-03-03 09:30:00"),
        # 0.5 h on Friday; the weekend; Monday the 9th is the desk's own day off; 0.5 h on Tuesday
        ("2026-03-06 17:00", 1, "2026-03-10 09:00:00"),
        # 0.5 h on Friday; Saturday the 14th is its own working day: 1.5 h from 08:30
        ("2026-03-13 17:00", 2, "2026-03-14 10:00:00"),
        # 1.5 h on the Saturday before the festival, 3.5 + 3 h on the Tuesday after it
        ("2026-02-14 16:00", 8, "2026-02-24 16:30:00"),
        # 0.5 h on Friday, 3.5 h on the Saturday that makes up for the festival
        ("2026-02-27 17:00", 4, "2026-02-28 12:00:00"),
        # a start in the festival
        ("2026-02-18 10:00", 1, "2026-02-24 09:30:00"),
        # 30 h are four days of 7.5 h: from Thursday's opening Thursday, Friday, Monday, Tuesday
        ("2026-04-16 08:30", 30, "2026-04-21 17:30:00"),
        # leap day: 1 h on Wednesday the 28th, 1 h on Thursday the 29th
        ("2024-02-28 16:30", 2, "2024-02-29 09:30:00"),
    ],
)
def test_business_hours_by_hand(start: str, hours: int, due: str) -> None:
    assert wall(OFFICE.add_business(epoch(start), hours * 3600)) == due
    assert OFFICE.business_seconds(epoch(start), epoch(due)) == hours * 3600


def test_the_last_working_second_counts() -> None:
    # Friday 17:29:59: one second is left of the day, 59 remain for Monday
    assert wall(OFFICE.add_business(epoch("2026-03-20 17:29:59"), 60)) == "2026-03-23 08:30:59"
    assert wall(OFFICE.add_business(epoch("2026-03-20 17:29:59"), 1)) == "2026-03-20 17:30:00"


def test_a_year_of_work() -> None:
    # 2025: 248 working days (the State Council's calendar), 7.5 hours each
    spent = OFFICE.business_seconds(epoch("2025-01-01 00:00"), epoch("2026-01-01 00:00"))
    assert spent == 248 * 27_000


def test_no_time_is_due_at_once() -> None:
    assert OFFICE.add_business(epoch("2026-03-01 10:00"), 0) == epoch("2026-03-01 10:00")


@pytest.mark.parametrize("hours", [[], [()]])
def test_a_calendar_without_hours_says_so(hours: list[object]) -> None:
    empty = Calendar("Asia/Shanghai", [()] * 7, (), {}, {day("2026-03-14"): ""} if hours else {}, 2026, "elapsed", None)
    with pytest.raises(ValueError, match=r"no business hours|year 9999"):
        empty.add_business(epoch("2026-03-02 10:00"), 60)


def test_a_limit_beyond_the_calendar_says_so() -> None:
    short = Calendar("Asia/Shanghai", [((0, 1),), *[()] * 6], (), {}, {}, 2026, "elapsed", None)
    with pytest.raises(ValueError, match="year 9999"):
        short.add_business(epoch("2026-03-02 10:00"), 99_999 * 60)


def test_hours_on_listed_days_only() -> None:
    once = Calendar("Asia/Shanghai", [()] * 7, ((0, 3600),), {}, {day("2026-03-14"): ""}, 2026, "elapsed", None)
    assert wall(once.add_business(epoch("2026-01-01 10:00"), 3600)) == "2026-03-14 01:00:00"


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        # 12 h to midnight; the 8th jumps from 02:00 to 03:00, so its twelfth hour ends at 13:00
        ("2026-03-07 12:00", 24, "2026-03-08 13:00:00-0400"),
        # 12 h to midnight; the 1st has 01:00 to 02:00 twice, so its twelfth hour ends at 11:00
        ("2026-10-31 12:00", 24, "2026-11-01 11:00:00-0500"),
        # the whole days: 23 and 25 hours, due at 24:00
        ("2026-03-08 00:00", 23, "2026-03-09 00:00:00-0400"),
        ("2026-11-01 00:00", 25, "2026-11-02 00:00:00-0500"),
        # three weeks of 168 h, one of them an hour short
        ("2026-02-28 00:00", 3 * 168 - 1, "2026-03-21 00:00:00-0400"),
    ],
)
def test_a_desk_round_the_clock_when_summer_time_changes(start: str, hours: int, due: str) -> None:
    at = DESKS["clock"].add_business(epoch(start, "America/New_York"), hours * 3600)
    assert wall(at, "America/New_York") == due


def hours_on(text: str, *hours: tuple[int, int], tz: str = "America/New_York") -> list[tuple[str, str]]:
    calendar = Calendar(tz, [hours] * 7, hours, {}, {}, 2026, "elapsed", None)
    return [(wall(a, tz)[11:], wall(b, tz)[11:]) for a, b in calendar.segments(day(text))]


def test_hours_that_a_change_skips_move_forward_and_never_overlap() -> None:
    # 02:15 and 02:45 are skipped: they are read an hour later, where the second segment has begun
    half = hours_on("2026-03-08", (8100, 9900), (10800, 14400))
    assert half == [("03:15:00-0400", "03:45:00-0400"), ("03:45:00-0400", "04:00:00-0400")]
    # 01:30 to 03:00 lasts half an hour
    assert hours_on("2026-03-08", (5400, 10800)) == [("01:30:00-0500", "03:00:00-0400")]


def test_hours_end_with_the_day_even_if_the_clock_skips_its_end() -> None:
    # Nuuk's clocks went from 23:00 on 30 March 2024 to midnight
    assert hours_on("2024-03-30", (79_200, 84_600), tz="America/Nuuk") == [("22:00:00-0200", "00:00:00-0100")]
    assert hours_on("2024-03-30", (83_700, 86_400), tz="America/Nuuk") == []


def test_hours_that_come_twice_mean_the_first() -> None:
    assert hours_on("2026-11-01", (3600, 5400)) == [("01:00:00-0400", "01:30:00-0400")]
    assert hours_on("2026-11-01", (3600, 7200)) == [("01:00:00-0400", "02:00:00-0500")]  # two hours


def test_a_day_that_never_was_has_no_hours() -> None:
    # Samoa went from 29 to 31 December 2011
    assert hours_on("2011-12-30", (0, 86400), tz="Pacific/Apia") == []
    assert hours_on("2011-12-29", (0, 86400), tz="Pacific/Apia") == [("00:00:00-1000", "00:00:00+1400")]


def test_a_midnight_that_is_skipped_begins_the_day_later() -> None:
    # Santiago's clocks went from 24:00 on 7 September 2024 to 01:00
    assert hours_on("2024-09-08", (0, 86400), tz="America/Santiago") == [("01:00:00-0300", "00:00:00-0300")]


def test_days_are_local() -> None:
    assert OFFICE.day_of(epoch("2026-03-02 00:00")) == day("2026-03-02")
    assert OFFICE.day_of(epoch("2026-03-02 00:00") - 1) == day("2026-03-01")
    assert OFFICE.midnight(day("2026-03-02")) == epoch("2026-03-02 00:00")


def test_published_years() -> None:
    assert OFFICE.is_published(day("2026-12-31"))
    assert not OFFICE.is_published(day("2027-01-01"))


def test_the_order_of_questions_changes_no_answer() -> None:
    # The changes of the clock become known block by block; an answer must not depend on which were known.
    years = [2026, 1985, 2007, 2040, 2024, 1999, 2031]
    moments = [epoch(f"{year}-{month}-20 03:33", "America/New_York") for year in years for month in ("02", "07", "12")]
    fresh = {at: ROUND_THE_CLOCK.build().add_business(at, 5_000 * 3600) for at in moments}
    used = ROUND_THE_CLOCK.build()
    assert {at: used.add_business(at, 5_000 * 3600) for at in moments} == fresh
    assert fresh == {at: at + 5_000 * 3600 for at in moments}  # round the clock, every hour is one
    assert used.business_seconds(moments[3], moments[9]) == moments[9] - moments[3]


@pytest.mark.parametrize(
    "name",
    [
        "Asia/Shanghai",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Africa/Cairo",
        "America/Recife",
    ],
)
def test_local_time_is_that_of_the_zone(name: str) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    zone, real = Zone(name), ZoneInfo(name)
    moments = list(range(epoch("2000-01-01 00:00"), epoch("2031-01-01 00:00"), 40_009))
    zone.read_local(moments[0])
    for at in [*moments, *(cut + beside for cut in zone.cuts for beside in (-3600, -1, 0, 1, 3600))]:
        shown = datetime.fromtimestamp(at, real)
        second = shown.hour * 3600 + shown.minute * 60 + shown.second
        assert zone.read_local(at) == (shown.toordinal(), second)
        assert zone.find_epoch(shown.toordinal(), second) == int(shown.replace(fold=0).timestamp())


@settings(deadline=None)
@given(st.sampled_from(sorted(DESKS)), MOMENTS, st.integers(1, 400 * 3600))
def test_what_is_added_is_what_is_counted(name: str, start: int, length: int) -> None:
    calendar = DESKS[name]
    due = calendar.add_business(start, length)
    assert calendar.business_seconds(start, due) == length
    assert calendar.business_seconds(start, due - 1) == length - 1  # and not a second before


@settings(deadline=None)
@given(st.sampled_from(sorted(DESKS)), MOMENTS, MOMENTS, MOMENTS)
def test_business_time_adds_up(name: str, one: int, two: int, three: int) -> None:
    a, b, c = sorted((one, two, three))
    calendar = DESKS[name]
    assert calendar.business_seconds(a, b) + calendar.business_seconds(b, c) == calendar.business_seconds(a, c)
    assert 0 <= calendar.business_seconds(a, b) <= b - a


@settings(deadline=None)
@given(st.sampled_from(sorted(DESKS)), MOMENTS, st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_time_is_due_later(name: str, start: int, one: int, two: int) -> None:
    one, two = sorted((one, two))
    calendar = DESKS[name]
    assert start <= calendar.add_business(start, one) <= calendar.add_business(start, two)
    assert calendar.add_business(calendar.add_business(start, one), two - one) == calendar.add_business(start, two)


@pytest.mark.parametrize(
    "desk",
    [SHANGHAI, LATER, ROUND_THE_CLOCK, NIGHT, SUNDAY, BOSTON, EARLY, SKIPPED_DAY, SKIPPED_EVENING, SKIPPED_MIDNIGHT],
    ids=lambda desk: f"{desk.tz}{' later' if desk.yearly else ''}",
)
def test_sums_are_what_walking_day_by_day_gives(desk: Hours) -> None:
    calendar = desk.build()
    days = range(day("2007-01-01"), day("2033-06-01"))
    sums = [0]
    for each in days:
        sums.append(sums[-1] + sum(b - a for a, b in calendar.segments(each)))
    first = calendar.midnight(days[0])
    for number, each in enumerate(days):
        assert calendar.business_seconds(first, calendar.midnight(each)) == sums[number]
    for target in range(1, sums[-1], 777_777):
        reached = days[bisect_left(sums, target) - 1]
        assert calendar.day_of(calendar.add_business(first, target) - 1) == reached
    # asked at once, before any year between is known
    assert desk.build().business_seconds(first, calendar.midnight(days[-1] + 1)) == sums[-1]
    assert desk.build().add_business(first, sums[-1]) == max(calendar.segments(each)[-1:] for each in days)[0][1]
