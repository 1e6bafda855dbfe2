"""New rules never change old verdicts: what was judged by earlier rules and days is the same, byte for byte."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk, open_demo
from surroundings import ROOT
from transcripts import Result

from dispatchctl.cli import COMMANDS

Run = Callable[..., Result]

JANUARY = ("--now", "2027-01-31T18:00:00+08:00")
BEFORE = ("--until", "2026-12-31")  # clocks of the months that are over when the rules change
CALLER = ("--caller", "张示例", "--phone", "138-0000-0001", "--address", "3栋2单元501")


@pytest.fixture
def desk(run: Run, isolated: Path) -> Path:
    return copy_desk(run, isolated, open_months).folder


def open_months(run: Run, folder: Path) -> Desk:
    """Published rules and two months of work: on time, late, paused, extended, over a weekend, left open."""

    desk = open_demo(run, folder)

    def do(now: str, *argv: str) -> str:
        return desk.out(*argv, "-q", now=f"2026-{now}:00+08:00").strip()

    def take(now: str, service: str = "plumbing", priority: str = "normal") -> str:
        return do(now, "new-order", "--service", service, "--content", "示例事项", "--priority", priority, *CALLER)

    do("11-02T08:40", "policy", "publish")
    for staff, skill in (("zhao", "plumbing"), ("qian", "electrical")):
        do("11-02T08:41", "staff", "join", staff, "--name", f"{staff}示例", "--role", "field", "--skill", skill,
           "--regular")  # fmt: skip
    first = do("11-02T09:10", "assign", take("11-02T09:00"), "zhao")
    do("11-02T09:30", "start", first)
    do("11-02T11:00", "complete", first)
    do("11-02T11:30", "confirm", first)
    late = do("11-06T16:40", "assign", take("11-06T16:00", "lighting", "high"), "qian")
    do("11-09T09:00", "start", late)
    do("11-10T16:00", "complete", late)
    paused = do("11-12T10:10", "assign", take("11-12T10:00"), "zhao")
    do("11-12T10:20", "start", paused)
    do("11-12T14:00", "pause", paused, "--reason", "waiting-customer")
    do("11-16T09:00", "resume", paused)
    do("11-17T10:00", "complete", paused)
    asked = do("11-24T09:10", "assign", take("11-24T09:00", "electrical", "urgent"), "qian")
    do("11-24T10:00", "ask-extension", asked, "--until", "2026-11-25T12:00:00+08:00", "--reason", "缺料")
    do("11-24T10:30", "grant-extension", asked)
    do("11-25T11:00", "complete", asked)
    take("12-10T15:00", "walls", "low")
    answered = take("12-14T09:00", "parking")
    do("12-14T09:20", "triage", answered, "--answered", "已告知办理时间")
    return desk


def edit(folder: Path, *changes: tuple[str, str]) -> None:
    path = folder / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text)
        assert count, pattern
    path.write_text(text, encoding="utf-8")


def see_all(run: Run) -> dict[str, str]:
    """Everything that is said of the months before: each verdict with its segments, and each report's figures."""
    seen = {"due": run("due", "--all", "--json", *BEFORE, *JANUARY)}
    cases = list(dict.fromkeys(item["case"] for item in json.loads(seen["due"].out)))
    seen["segments"] = run("due", *cases, "--explain", "--json", *JANUARY)
    if "report" in COMMANDS and (ROOT / "dispatchctl/commands/reports.py").is_file():
        for month in ("2026-11", "2026-12"):
            seen[month] = run("report", "monthly", "--month", month, "--json", *JANUARY)
    for name, done in seen.items():
        assert done.code == 0, f"{name}: {done.err}"
    return {name: done.out for name, done in seen.items()}


NEW_RULES = (
    ("effective_from: 2026-11-02", "effective_from: 2027-01-10"),
    ('mon-fri: \\["08:30-12:00", "13:30-17:30"\\]', 'mon-sat: ["10:00-11:00"]'),
    (r"closed: \[\]", 'closed: ["2026-11-03", "2026-11-13", "2026-12-11", "2027-01-25"]'),
    (r"open: \[\]", 'open: ["2026-11-07", "2026-11-14"]'),
    ("counting: civil-code", "counting: elapsed"),
    ("limit: 8bh", "limit: 1bh"),
    ("limit: 30bm", "limit: 5m"),
    ("limit: 10wd", "limit: 1d"),
    ("skill: plumbing, base_price: 50.00", "skill: plumbing, base_price: 90.00"),
    (r"(?m)^  trees: .*\n", ""),
    (r"\[walls, trees\]", "[walls]"),
    (r"on_time: \{title: 及时完工率, of: clocks, month: due_at, over: \{clock: complete\}",
     "on_time: {title: 及时完工率, of: clocks, month: due_at, over: {clock: confirm}"),
)  # fmt: skip


def test_new_rules_change_no_earlier_verdict(run: Run, desk: Path) -> None:
    before = see_all(run)
    assert any(item["breached"] for item in json.loads(before["due"]))
    edit(desk, *NEW_RULES)
    assert see_all(run) == before  # a draft judges nothing
    done = run("policy", "publish", "--now", "2027-01-10T08:00:00+08:00", "--json")
    assert done.code == 0, done.err
    changed = {change["path"] for change in json.loads(done.out)["changes"]}
    assert {"calendar.hours.mon", "calendar.counting", "clocks.acknowledge.2.limit", "services.trees"} <= changed
    assert {path for path in changed if path.startswith("days.2026")} == set()
    assert see_all(run) == before
    # and the new rules do judge what starts under them
    order = ("new-order", "-q", "--service", "plumbing", "--content", "示例事项", *CALLER)
    case = run(*order, "--now", "2027-01-11T10:00:00+08:00").out.strip()
    items = json.loads(run("due", case, "--json", *JANUARY).out)
    assert {item["policy"] for item in items} == {"2027-01-10"}
    assert {item["counting"] for item in items} == {"elapsed"}


def test_only_days_with_a_reason_change_the_past_and_it_is_on_record(run: Run, desk: Path) -> None:
    before = see_all(run)
    edit(desk, (r"closed: \[\]", 'closed: ["2026-11-09"]'))
    refused = run("policy", "publish", "--days", "--now", "2027-01-10T08:00:00+08:00")
    assert refused.code == 2
    assert "2026-11-09" in refused.err
    assert see_all(run) == before
    done = run("policy", "publish", "--days", "--reason", "当日停电停业，补记", "--json", "--now",
               "2027-01-10T08:00:00+08:00")  # fmt: skip
    assert done.code == 0, done.err
    after = see_all(run)
    assert after["due"] != before["due"]
    due = {
        name: {(item["case"], item["clock"]): item["due_at"] for item in json.loads(text["due"])}
        for name, text in (("before", before), ("after", after))
    }
    moved = {key for key in due["before"] if due["before"][key] != due["after"][key]}
    late = "A-20261106-0001"  # sent on a Friday, due on the Monday that was closed
    assert moved
    # besides: five working days to ring back, which may lie on either side of that Monday
    assert {case for case, clock in moved if clock != "call-back"} == {late, "O-20261106-0001"}
    row = json.loads(run("show", json.loads(done.out)["id"], "--json", *JANUARY).out)
    assert (row["reason"], row["subject"]) == ("当日停电停业，补记", "2026-11-02.2.yaml")


def test_the_first_publication_of_the_rules_in_force_changes_nothing(run: Run, demo: Path) -> None:
    order = ("new-order", "-q", "--service", "plumbing", "--content", "示例事项", *CALLER)
    assert run(*order, "--now", "2026-11-02T09:00:00+08:00").code == 0
    before = run("due", "--all", "--json", *JANUARY).out
    assert run("policy", "publish", "--now", "2026-11-20T09:00:00+08:00").code == 0
    assert run("due", "--all", "--json", *JANUARY).out == before


def test_what_was_said_at_a_time_can_be_said_again(run: Run, desk: Path) -> None:
    moment = "2026-11-30T18:00:00+08:00"
    before = run("due", "--all", "--json", "--as-of", moment).out
    edit(desk, *NEW_RULES)
    assert run("policy", "publish", "--now", "2027-01-10T08:00:00+08:00").code == 0
    done = run("policy", "publish", "--days", "--reason", "补记", "--now", "2027-01-10T09:00:00+08:00")
    assert done.code == 0, done.err
    assert run("due", "--all", "--json", "--as-of", moment).out == before
