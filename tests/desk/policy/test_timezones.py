"""Another timezone: it acts from the day of the version that has it, and days and months go on without a gap."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from desks import Desk, copy_desk
from transcripts import Result

from dispatchctl.policy.rulebook import Rulebook, Version

Run = Callable[..., Result]
ZONE = "timezone: [A-Za-z/_]+"
NEW_YORK, AUCKLAND = "America/New_York", "Pacific/Auckland"


def open_published(run: Run, folder: Path) -> Desk:
    desk = copy_desk(run, folder)
    desk.do("mgr", "policy", "publish")
    return desk


@pytest.fixture
def desk(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_published)


def move(desk: Desk, zone: str, day: str) -> None:
    desk.edit_rules((ZONE, f"timezone: {zone}"), (r"effective_from: [\d-]+", f"effective_from: {day}"))


def take_at(desk: Desk, now: str) -> str:
    """The day in the id of an order taken at a time in Shanghai."""
    desk.now = f"{now}:00+08:00"
    return desk.take(phone=f"138-0000-{now[8:10]}{now[11:13]}").split("-")[1]


def test_a_draft_and_a_version_of_another_day_change_no_day(desk: Desk) -> None:
    move(desk, NEW_YORK, "2026-12-01")
    assert take_at(desk, "2026-11-09T10:00") == "20261109"
    desk.do("mgr", "policy", "publish")
    assert take_at(desk, "2026-11-09T10:05") == "20261109"  # in New York the 8th
    assert take_at(desk, "2026-11-30T23:30") == "20261130"
    assert desk.rows("orders")[-1]["at"].endswith("+08:00")
    typed = desk.take(appointment="2026-12-05 09:00")
    assert desk.show(typed)["appointment_at"] == "2026-12-05T09:00:00+08:00"


#: zone: when its 1 December begins in Shanghai, and orders at times there with their days
MOVES = (
    # 00:00 -05:00 is 13:00 +08:00: the morning of 1 December is what is left of November
    (NEW_YORK, (("2026-11-30T23:30", "20261130"), ("2026-12-01T08:00", "20261130"), ("2026-12-01T12:59", "20261130"),
                ("2026-12-01T13:00", "20261201"), ("2026-12-02T12:59", "20261201"), ("2026-12-02T13:00", "20261202"))),
    # 00:00 +13:00 is 19:00 +08:00 of 30 November
    (AUCKLAND, (("2026-11-30T18:59", "20261130"), ("2026-11-30T19:00", "20261201"), ("2026-12-01T18:59", "20261201"),
                ("2026-12-01T19:00", "20261202"))),
)  # fmt: skip


@pytest.mark.parametrize(("zone", "orders"), MOVES)
def test_the_last_day_of_one_timezone_ends_where_the_first_of_the_other_begins(
    desk: Desk, zone: str, orders: tuple[tuple[str, str], ...]
) -> None:
    """Ids, files, reports and the seal go by the same days, nothing is refused, and each order is in one month."""
    desk.now = "2026-11-20T09:00:00+08:00"
    move(desk, zone, "2026-12-01")
    desk.do("mgr", "policy", "publish")
    days = []
    sealed = False
    for now, day in orders:
        days.append(take_at(desk, now))
        over = day >= "20261201"
        if not sealed:
            done = desk.act("mgr", "records", "seal", "--month", "2026-11")
            assert done.code == (0 if over else 4), done.err
            sealed = over
    assert days == [day for _, day in orders]
    for month in ("2026-11", "2026-12"):
        rows = (desk.folder / f"records/orders/{month}.main.csv").read_text(encoding="utf-8").count("\n") - 1
        report = desk.do("mgr", "report", "monthly", "--month", month)
        assert report["measures"]["orders"]["numerator"] == rows
        assert rows == sum(day[:6] == month.replace("-", "") for day in days)
    dates = dict.fromkeys(f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days)
    daily = [desk.do("mgr", "report", "daily", "--date", date) for date in dates]
    assert sum(each["measures"]["orders"]["numerator"] for each in daily) == len(orders)
    for one, other in pairwise(daily):
        assert datetime.fromisoformat(one["until"]) == datetime.fromisoformat(other["from"])
    assert desk.act("mgr", "records", "check").code == 0


def test_another_timezone_does_not_take_effect_today(desk: Desk) -> None:
    desk.clock(9, "10:00")
    move(desk, NEW_YORK, "2026-11-09")
    assert "another timezone than Asia/Shanghai cannot take effect today" in desk.refuse(4, "mgr", "policy", "publish")
    move(desk, NEW_YORK, "2026-11-10")
    desk.do("mgr", "policy", "publish")


def test_the_first_version_counts_before_its_day_too(run: Run, isolated: Path) -> None:
    """So its timezone is that of today, and neither a version in its place nor one before it has another."""
    desk = copy_desk(run, isolated)
    move(desk, "Asia/Shanghai", "2027-02-01")
    desk.do("mgr", "policy", "publish")
    for day in ("2027-02-01", "2027-01-15"):
        move(desk, NEW_YORK, day)
        assert "give the draft a day after 2027-02-01" in desk.refuse(4, "mgr", "policy", "publish")
    move(desk, NEW_YORK, "2027-02-02")
    desk.do("mgr", "policy", "publish")
    assert take_at(desk, "2026-11-09T10:00") == "20261109"


def test_without_a_version_the_draft_counts(run: Run, isolated: Path) -> None:
    desk = copy_desk(run, isolated)
    desk.edit_rules((ZONE, f"timezone: {NEW_YORK}"))
    assert take_at(desk, "2026-11-09T10:00") == "20261108"


def test_days_never_go_back_and_begin_where_the_one_before_ends() -> None:
    """Every quarter of an hour over changes from +14 to -11 and back, against the days as find_midnight has them."""

    def make(label: str, zone: str) -> Version:
        from zoneinfo import ZoneInfo

        start = datetime.fromisoformat(label).replace(tzinfo=ZoneInfo(zone))
        return Version(label, int(start.timestamp()), {"effective_from": label, "timezone": zone})

    zones = ("Asia/Shanghai", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu")
    book = Rulebook([make(f"2026-11-{10 + 5 * number}", zone) for number, zone in enumerate(zones)], {}, "")
    start = book.versions[0].starts_at - 3 * 86_400
    days = [book.find_day(at) for at in range(start, start + 30 * 86_400, 900)]
    assert days == sorted(days)
    for number, day in enumerate(days):
        at = start + 900 * number
        assert book.find_midnight(day) <= at < book.find_midnight(day + timedelta(days=1)), day
