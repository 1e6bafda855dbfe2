"""Lists of cases: each condition narrows, texts are searched as they stand, and nothing else is taken for a pattern."""

import pytest
from desks import Desk


def fill(desk: Desk) -> None:
    """Four orders: two of plumbing (one dispatched), one with a text full of wildcards, one cancelled."""
    desk.take()
    desk.send(desk.take(content="水管 100% 漏"), "pan")
    desk.take(service="electrical", content="灯_坏\\了")
    gone = desk.take(service="electrical", content="灯坏")
    desk.do("lin", "cancel", gone, "--reason", "自行解决")


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), "1234"),
        (("--state", "dispatched"), "2"),
        (("--state", "cancelled"), "4"),
        (("--state", "done"), ""),
        (("--where", "service=electrical"), "34"),
        (("--where", "service=electrical", "--state", "cancelled"), "4"),
        (("--where", "priority=normal", "--where", "service=plumbing"), "12"),
        (("--where", "appointment_at="), "1234"),
        (("--where", "service="), ""),
        (("--search", "漏"), "12"),
        (("--search", "100%"), "2"),
        (("--search", "%"), "2"),
        (("--search", "_"), "3"),
        (("--search", "\\"), "3"),
        (("--search", "0003"), "3"),
        (("--since", "2026-11-02", "--until", "2026-11-02"), "1234"),
        (("--since", "2026-11-03"), ""),
        (("--limit", "2"), "12"),
        (("--limit", "2", "--sort", "-id"), "43"),
    ],
)
def test_each_condition_narrows(desk: Desk, options: tuple[str, ...], numbers: str) -> None:
    fill(desk)
    assert "".join(item["id"][-1] for item in desk.do("lin", "list", "orders", *options)) == numbers


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (("--state", "offen"), "--state"),
        (("--where", "service"), "--where"),
        (("--where", "servise=plumbing"), "--where"),
        (("--sort", "nofield", "--limit", "1"), "--sort"),
        (("--fields", "nofield", "-q"), "--fields"),
        (("-q", "--now", "2026-13-01"), "--now"),
    ],
)
def test_what_is_not_there_is_refused_whatever_is_printed(desk: Desk, options: tuple[str, ...], place: str) -> None:
    fill(desk)
    done = desk.act("lin", "list", "orders", *options)
    assert (done.code, done.out) == (2, "")
    assert place in done.err


def test_who_asks_must_be_somebody(desk: Desk) -> None:
    assert desk.act("s99", "list", "-q").code == 3
    assert desk.act("system", "list", "-q").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("new-order", "--service", "plumbing", "--service", "electrical", "--kind", "inquiry", "--content", "x"),
        ("list", "--state", "open", "--state", "pool"),
        ("overdue", "--owner", "pan", "--owner", "shui"),
        ("staff", "change", "pan", "--department", "desk", "--department", "engineering"),
    ],
)
def test_an_option_given_twice_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert "is given twice" in desk.refuse(2, "mgr", *words)
    assert desk.act("mgr", "list", "--format", "json", "--format", "csv").out.startswith("id,"), "an alias is overruled"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("status", "--fields", "nosuch"), "--fields"),
        (("status", "--sort", "nosuch"), "--sort"),
        (("show", "O-20261102-0001", "--sort", "nosuch"), "--sort"),
        (("due", "O-20261102-0001", "--explain", "--sort", "nosuch"), "--sort"),
        (("report", "monthly", "-o", "a.csv", "--fields", "value"), "--fields"),
        (("report", "monthly", "-o", "a.csv", "--sort", "value"), "--sort"),
        (("report", "monthly", "-o", "a.md", "--format", "csv"), "--format"),
        (("policy", "check", "--now", "junk"), "--now"),
        (("records", "check", "--now", "junk"), "--now"),
    ],
)
def test_what_a_command_has_no_use_for_is_refused(desk: Desk, words: tuple[str, ...], place: str) -> None:
    desk.take()
    assert place in desk.act("mgr", *words).err
    assert desk.act("mgr", *words).code == 2
    assert not (desk.folder / "a.csv").exists()


def test_a_trial_says_that_it_was_one(desk: Desk) -> None:
    done = desk.act("lin", "new-order", "--kind", "inquiry", "--content", "几点下班", "-n")
    assert done.err == "--dry-run: nothing was recorded\n"
    assert desk.rows("orders") == []
