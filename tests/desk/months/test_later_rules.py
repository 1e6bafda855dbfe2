"""Closed months after rules and days were published again: what had been published by the closing judges them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk
from surroundings import LONG
from transcripts import Result

Run = Callable[..., Result]
MONTH = ("--month", "2026-11")
SEALED = "2026-12-02T09:00:00+08:00"
LATER = "2027-01-20T09:00:00+08:00"


def open_sealed(run: Run, folder: Path) -> Desk:
    """November with late work, late people and a corrected fact, sealed on 2 December."""
    return work_and_seal(copy_desk(run, folder))


def work_and_seal(desk: Desk) -> Desk:
    """The same at a desk whose rules are not published yet."""
    desk.do("mgr", "policy", "publish")
    for staff in ("pan", "shui", "lin"):
        desk.do("mgr", "staff", "change", staff, "--class", "B")
    desk.clock(3, "09:00")
    late = desk.send(desk.take(priority="urgent"), "shui")
    desk.clock(9, "16:00")
    desk.do("shui", "complete", late)
    desk.do("lin", "confirm", late)
    for day, who in ((4, "pan"), (6, "pan"), (9, "pan"), (11, "shui"), (12, "shui")):
        desk.clock(17, "09:00")
        desk.do("sup-e", "attendance", "late", who, "--on", f"2026-11-{day:02}")
    desk.clock(27, "16:00")
    desk.send(desk.take(phone="138-0000-0200"), "pan")  # open over the end of the month
    desk.now = SEALED
    desk.do("mgr", "records", "seal", *MONTH)
    return desk


@pytest.fixture
def desk(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_sealed)


def list_questions(desk: Desk) -> list[tuple[str, ...]]:
    """What is asked of November: everything as a program reads it, and what is read by the day as people do."""
    keys = [each["key"] for each in desk.do("mgr", "ledger", "due", *MONTH)]
    assert len(keys) == 3
    reads = (("report", "monthly", *MONTH), ("appraise", *MONTH), ("ledger", "due", *MONTH))
    opened = (("why", "on_time", *MONTH, "--person", "shui"), ("why", "pan", *MONTH), ("why", keys[0]))
    drilled = (("report", "monthly", *MONTH, "--drill", "on_time"), ("ledger", "due", *MONTH, "--staff", "pan"))
    return [
        *((*argv, "--format", "json") for argv in (*reads, ("report", "staff", *MONTH), *opened)),
        *((*argv, "--format", "table") for argv in (*reads, *opened, *drilled)),
    ]


def ask_all(desk: Desk, questions: list[tuple[str, ...]]) -> list[str]:
    answers = []
    for argv in questions:
        done = desk.act("mgr", *argv)
        assert done.code == 0, (argv, done.err)
        answers.append(done.out)
    return answers


def close_days(desk: Desk, *days: str) -> None:
    """Announce further days off, at once."""
    listed = ", ".join(f'"{day}"' for day in days)
    desk.edit_rules((r"closed: \[.*\]", f"closed: [{listed}]"))
    desk.do("mgr", "policy", "publish", "--days", "--reason", "公布放假")


def publish(desk: Desk, day: str, limit: str, fine: str) -> None:
    """Publish rules that take effect on a day: other limits, and a fine from the first time on."""
    path = desk.folder / "policies.yaml"
    path.write_text(re.sub(r"limit: \d+bh", f"limit: {limit}", path.read_text(encoding="utf-8")), encoding="utf-8")
    desk.edit_rules(
        (r"effective_from: [\d-]+", f"effective_from: {day}"),
        (r"from_nth: \d, within: month,\n     amount: \d+", f"from_nth: 1, within: month,\n     amount: {fine}"),
    )
    desk.do("mgr", "policy", "publish")


def move(desk: Desk, zone: str) -> None:
    """Publish the draft with another timezone."""
    desk.edit_rules((r"timezone: [A-Za-z/_]+", f"timezone: {zone}"))
    desk.do("mgr", "policy", "publish")


def test_a_closed_month_is_judged_by_what_was_published_by_its_closing(desk: Desk) -> None:
    """Days that come, past days, a version, another in its place, days of that one: the month says what it said."""
    questions = list_questions(desk)
    before = ask_all(desk, questions)
    steps: tuple[Callable[[], None], ...] = (
        lambda: close_days(desk, "2027-02-08", "2026-11-04", "2026-11-05", "2026-11-06"),
        lambda: publish(desk, "2026-12-20", "1bh", "99"),
        lambda: close_days(desk, "2027-02-08"),
        lambda: move(desk, "America/New_York"),
        lambda: publish(desk, "2026-12-20", "2bh", "88"),
        lambda: close_days(desk, "2027-02-08", "2026-11-09"),
    )
    for number, step in enumerate(steps):
        desk.now = f"2026-12-{8 + number:02}T09:00:00+08:00"
        step()
        asked = slice(None) if LONG or step is steps[-1] else slice(2, 3)  # each publication has the month made anew
        assert ask_all(desk, questions[asked]) == before[asked], number
    assert len(list((desk.folder / "records/policies").iterdir())) == 7
    desk.now = LATER
    assert ask_all(desk, questions[:3]) == before[:3]


def test_a_closed_month_looks_the_same_from_next_year(desk: Desk) -> None:
    """Times are shortened by the year of the closing; who is called otherwise since is called as then."""
    questions = [argv for argv in list_questions(desk) if argv[-1] == "table"]
    questions += [("report", "monthly", *MONTH, "--format", form) for form in ("markdown", "csv")]
    before = ask_all(desk, questions)
    assert any("11-04 17:30" in text for text in before)
    made = []
    for now in ("2026-12-05T09:00:00+08:00", "2027-04-01T09:00:00+08:00"):
        desk.now = now
        desk.do("mgr", "staff", "change", "pan", "--name", f"潘示例{now[:4]}")
        assert ask_all(desk, questions) == before
        for ending in ("html", "md", "xlsx"):
            assert desk.act("mgr", "report", "monthly", *MONTH, "-o", f"{now[:4]}.{ending}").code == 0
            made.append((desk.folder / f"{now[:4]}.{ending}").read_bytes())
    assert made[:3] == made[3:]


def test_what_a_closed_month_says_is_due_is_proposed_and_approved_by_the_rules_of_then(desk: Desk) -> None:
    """Three fines of 30.00 by a version in whose place another stands; by the days of now one would be no fact."""
    due = desk.do("mgr", "ledger", "due", *MONTH)
    desk.now = "2026-12-08T09:00:00+08:00"
    close_days(desk, "2026-11-04", "2026-11-05", "2026-11-06")
    publish(desk, "2026-12-20", "1bh", "99")
    publish(desk, "2026-12-20", "2bh", "88")
    desk.now = LATER
    done = desk.do("mgr", "ledger", "propose", "--all", "--month", "2026-11")
    facts = [f"late-b/{each['occurred_at'][:10]}/late/{each['staff']}/{each['staff']}" for each in due]
    assert [each["key"] for each in done] == facts  # the list has them by their rows, as ever
    assert [each["amount"] for each in done] == [each["amount"] for each in due]
    rows = [row for row in desk.rows("ledger") if row["event"] == "proposed"]
    assert {row["policy_version"] for row in rows} == {"2026-11-02"}
    for each in done:
        desk.do("mgr", "ledger", "approve", each["id"], "--reason", "核实")
        shown = desk.do("mgr", "why", each["key"])["value"]
        assert (shown["state"], shown["amount"], shown["policy"]) == ("approved", "30.00", "2026-11-02")
    assert [each["state"] for each in desk.do("mgr", "ledger", "list")] == ["approved"] * 3
    assert desk.do("mgr", "ledger", "due", "--month", "this") == []


def test_rules_of_before_that_gave_way_before_they_held(run: Run, isolated: Path) -> None:
    """The first version judges what lies before its day too: another in its place judges no month closed before."""
    desk = copy_desk(run, isolated)
    desk.edit_rules((r"effective_from: [\d-]+", "effective_from: 2027-02-01"))
    desk = work_and_seal(desk)
    questions = list_questions(desk)
    before = ask_all(desk, questions)
    desk.now = "2026-12-08T09:00:00+08:00"
    publish(desk, "2027-02-01", "1bh", "99")
    publish(desk, "2027-01-15", "2bh", "88")
    assert ask_all(desk, questions) == before
    done = desk.do("mgr", "ledger", "propose", "--all", "--month", "2026-11")
    assert {each["amount"] for each in done} == {"30.00"}
    assert len(done) == 3
    once = next(row["seq"] for row in desk.rows("attendance") if row["date"] == "2026-11-04")
    for only_now in (f"late-b/attendance/2026-11.main#{once}/pan", "late-b/2026-11-04/late/pan/pan"):
        assert "nothing is due" in desk.refuse(3, "mgr", "ledger", "propose", only_now)
    for each in done:
        desk.do("mgr", "ledger", "approve", each["id"], "--reason", "核实")


def test_what_came_late_is_due_in_its_closed_month_by_the_rules_of_then(desk: Desk) -> None:
    """A late arrival told of in December makes another one of November count, due in December; then days come."""
    desk.now = "2026-12-14T09:00:00+08:00"
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-03")
    desk.now = "2027-01-05T09:00:00+08:00"
    desk.do("mgr", "records", "seal", "--month", "2026-12")
    december = ("ledger", "due", "--month", "2026-12", "--json")
    before = desk.act("mgr", *december).out
    assert {each["rule"] for each in json.loads(before)} == {"late-b", "often-late"}
    desk.now = LATER
    close_days(desk, "2027-03-01")
    assert desk.act("mgr", *december).out == before
    done = desk.do("mgr", "ledger", "propose", "--all", "--month", "2026-12")
    listed = json.loads(before)
    assert [each["key"].partition("/")[0] for each in done] == [each["rule"] for each in listed]
    assert "late-b/2026-11-04/late/pan/pan" in [each["key"] for each in done]


def test_what_comes_late_after_new_days_is_proposed_as_it_is_listed(desk: Desk) -> None:
    desk.now = "2026-12-08T09:00:00+08:00"
    close_days(desk, "2027-03-01")
    desk.now = "2026-12-14T09:00:00+08:00"
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-03")
    listed = {each["key"]: each["policy"] for each in desk.do("mgr", "ledger", "due", "--month", "this")}
    assert set(listed.values()) == {"2026-11-02"}, "November was judged by the version in whose place another stands"
    desk.do("mgr", "ledger", "propose", "--all", "--month", "this")
    assert {row["key"]: row["policy_version"] for row in desk.rows("ledger")} == listed
