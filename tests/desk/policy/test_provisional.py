"""Days that nobody has published: due times that rest on them are marked, and move when the days come.

The rules of the demo know the days through 2026; 31 December 2026 is a Thursday. Of 2027 the holidays of fixed date
count as days off all the same. A year may be entered by hand.
"""

import json
import re
from pathlib import Path

import pytest
from desks import Desk, copy_desk

EVE = "2026-12-31T10:00:00+08:00"
HOLIDAY = "2027-01-01T18:00:00+08:00"
# What the State Council might announce: the 1st to the 3rd of January off, Monday the 4th too, and the 9th worked.
BY_HAND = """
  published_through: 2027
  closed: ["2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04", "2027-05-01", "2027-05-02", "2027-10-01",
           "2027-10-02", "2027-10-03"]
  open: ["2027-01-09"]"""


def open_eve(run, folder: Path) -> Desk:
    """An order of New Year's Eve, to be fulfilled within a working day, by published rules."""
    desk = copy_desk(run, folder)
    desk.do("mgr", "policy", "publish")
    desk.now = EVE
    order = desk.take(priority="high")
    desk.send(order, "pan")
    return desk


@pytest.fixture
def eve(run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_eve)


def enter_year(desk: Desk) -> None:
    path = desk.folder / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^  published_through:.*\n", BY_HAND.lstrip("\n") + "\n", text)
    assert count == 1
    text = re.sub(r"(?m)^  (closed|open): \[\].*\n", "", text)
    path.write_text(text, encoding="utf-8")


ORDER = "O-20261231-0001"
LISTS = {
    "due": ("due", ORDER),
    "due-all": ("due", "--all"),
    "explain": ("due", ORDER, "--explain"),
    "worklist": ("worklist", "lin"),
    "show": ("show", ORDER),
    "soon": ("overdue", "--soon", "5d"),
    "why": ("why", ORDER),
    "markdown": ("due", ORDER, "--format", "markdown"),
}


@pytest.mark.parametrize("argv", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize(("lang", "word"), [("zh", "暂定"), ("en", "provisional")])
def test_every_table_marks_a_provisional_due_time(eve: Desk, argv: tuple[str, ...], lang: str, word: str) -> None:
    out = eve.act("lin", *argv, "--lang", lang).out
    assert f"2027-01-04 17:30 {word}" in out
    assert f"12-31 10:30 {word}" not in out  # what is due this year is final


def test_a_holiday_by_law_is_a_day_off_before_anybody_announces_it(eve: Desk) -> None:
    item = eve.due(ORDER, "fulfil")
    assert (item["due_at"], item["provisional"]) == ("2027-01-04T17:30:00+08:00", True)
    eve.now = HOLIDAY
    assert [each["clock"] for each in eve.overdue() if each["case"] == ORDER] == []
    told = eve.read("due", ORDER, "--explain")
    segments = next(each["segments"] for each in told if each["clock"] == "fulfil")
    assert {"from": "2027-01-01T00:00:00+08:00", "to": "2027-01-02T00:00:00+08:00", "counts": False,
            "why": "holiday:元旦"} in segments  # fmt: skip


def test_when_the_days_come_due_times_move_and_it_is_said(eve: Desk) -> None:
    enter_year(eve)
    tried = eve.do("mgr", "policy", "publish", "--days", "--dry-run")
    done = eve.act("mgr", "policy", "publish", "--days", "--lang", "en")
    assert done.code == 0, done.err
    assert "provisional due times that run: 2 moved, 0 stay and are final, 0 stay provisional" in done.err
    table = done.out.partition("\n\n")[2]
    assert "2027-01-04 17:30" in table
    assert "2027-01-05 17:30" in table
    assert "provisional" not in table
    item = eve.due(ORDER, "fulfil")
    assert (item["due_at"], item["provisional"]) == ("2027-01-05T17:30:00+08:00", False)
    moved = tried["due_times"]["moved"]
    assert [(each["case"][0], each["clock"]) for each in moved] == [("A", "complete"), ("O", "fulfil")]
    assert {**tried["due_times"], "moved": moved[1:]} == {
        "moved": [{
            "case": ORDER, "clock": "fulfil", "instance": 1, "item": None, "before": "2027-01-04T17:30:00+08:00",
            "after": "2027-01-05T17:30:00+08:00", "provisional": False,
        }],
        "kept": 0,
        "provisional": 0,
    }  # fmt: skip


def test_a_publication_that_moves_nothing_says_nothing_of_due_times(eve: Desk) -> None:
    eve.edit_rules((r"(?m)^  closed: \[\]", '  closed: ["2026-03-09"]'))
    done = eve.act("mgr", "policy", "publish", "--days", "--reason", "补录", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["due_times"] == {"moved": [], "kept": 0, "provisional": 2}
    assert "due times" not in done.err


def test_versions_are_compared_by_what_counts(eve: Desk) -> None:
    """`policy diff` of two published versions: 1 January was off before it was published, 4 January was not."""
    before = eve.read("policy", "versions")[-1]["label"]
    enter_year(eve)
    eve.do("mgr", "policy", "publish", "--days")
    after = eve.read("policy", "versions")[-1]["label"]
    paths = [change["path"] for change in eve.read("policy", "diff", before, after) if "days" in change["path"]]
    assert "days.2027-01-02..2027-01-04" in paths
    assert "days.2027-05-01" not in paths


def test_the_change_of_days_is_told_against_what_counted(eve: Desk) -> None:
    """1 January is off before and after: only what is new is named."""
    enter_year(eve)
    done = eve.do("mgr", "policy", "publish", "--days")
    paths = [change["path"] for change in done["changes"]]
    assert "days.through" in paths
    assert not any(path.startswith("days.2027-01-01") for path in paths)
    assert "days.2027-01-02..2027-01-04" in paths
    assert "days.2027-01-09" in paths


def test_past_days_of_a_year_never_published_stay_what_they_were(eve: Desk) -> None:
    """A new version of March 2027 does not make 1 January, which was off, a working day."""
    eve.now = "2027-03-01T09:00:00+08:00"
    assert eve.due(ORDER, "fulfil")["due_at"] == "2027-01-04T17:30:00+08:00"
    enter_year(eve)
    eve.edit_rules((r"effective_from: \S+", "effective_from: 2027-03-02"))
    text = (eve.folder / "policies.yaml").read_text(encoding="utf-8")
    (eve.folder / "policies.yaml").write_text(text.replace('"2027-01-04", ', ""), encoding="utf-8")
    eve.do("mgr", "policy", "publish")
    assert eve.due(ORDER, "fulfil")["due_at"] == "2027-01-04T17:30:00+08:00"
    assert eve.due(ORDER, "fulfil")["provisional"] is False


MISSING = [("2026-10-31T23:59:00+08:00", None, True), ("2026-11-01T00:00:00+08:00", 2027, True),
           ("2026-12-31T10:00:00+08:00", 2027, True), ("2027-01-01T00:00:00+08:00", 2027, False)]  # fmt: skip


@pytest.mark.parametrize(("now", "year", "fine"), MISSING)
def test_from_november_on_the_missing_year_is_told(desk: Desk, now: str, year: int | None, fine: bool) -> None:
    desk.now = now
    assert desk.read("status")["missing_year"] == year
    line = desk.out("status", "--lang", "en")
    assert (f", days off of {year} missing" in line) is bool(year)
    assert (f"缺{year}年放假安排" in desk.out("status")) is bool(year)
    assert (f"**缺放假安排的年份**: {year}" in desk.out("status", "--format", "markdown")) is bool(year)
    found = json.loads(desk.act("mgr", "doctor", "--json").out)
    days = next(each for each in found if each["what"] == "days published through")
    assert (f"the days off of {year} are missing" in days["value"]) is bool(year)
    assert (days["state"] == "ok") is fine


def test_nothing_is_missing_once_the_year_is_there(eve: Desk) -> None:
    enter_year(eve)
    eve.do("mgr", "policy", "publish", "--days")
    assert eve.read("status")["missing_year"] is None
