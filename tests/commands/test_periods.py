"""--month, --date and other days: what is none is refused by name; that a period has nothing is said."""

import pytest
from desks import Desk

MONTHLY = [
    ("ledger", "due"), ("ledger", "list"), ("ledger", "propose", "--all"), ("appraise",), ("report", "monthly"),
    ("report", "complaints"), ("policy", "what-if", "policies.yaml"), ("records", "seal"), ("why", "orders"),
    ("why", "pan"), ("staff", "score", "pan", "--measure", "attitude", "--score", "90", "--reason", "好"),
]  # fmt: skip
DAILY = [
    ("report", "daily", "--date"), ("report", "weekly", "--date"), ("report", "monthly", "--date"),
    ("due", "--all", "--since"), ("due", "--all", "--until"), ("list", "--since"), ("list", "--until"),
    ("attendance", "late", "pan", "--reason", "堵车", "--on"), ("training", "plan", "--topic", "安全", "--on"),
]  # fmt: skip


@pytest.mark.parametrize("text", ["2026-13", "abc", "2026-1", "9999-01", "", " ", "2026-11-03"])
@pytest.mark.parametrize("argv", MONTHLY, ids=" ".join)
def test_what_is_no_month_is_refused_by_name(desk: Desk, argv: tuple[str, ...], text: str) -> None:
    assert desk.refuse(2, "mgr", *argv, "--month", text).startswith("dispatchctl: --month: ")


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "abc", "9999-12-31", "", " "])
@pytest.mark.parametrize("argv", DAILY, ids=" ".join)
def test_what_is_no_day_is_refused_by_name(desk: Desk, argv: tuple[str, ...], text: str) -> None:
    assert desk.refuse(2, "mgr", *argv, text).startswith(f"dispatchctl: {argv[-1]}: ")


@pytest.mark.parametrize("argv", [each for each in MONTHLY if each[0] not in ("records", "staff")], ids=" ".join)
def test_a_month_that_has_not_begun_says_so(desk: Desk, argv: tuple[str, ...]) -> None:
    desk.do("mgr", "policy", "publish")
    done = desk.act("mgr", *argv, "--month", "2027-05")
    assert done.code == 0, done.err
    assert done.err.count("warning: 2027-05 has not begun\n") == 1


@pytest.mark.parametrize(
    ("argv", "name"),
    [(("report", "daily", "--date", "2026-11-04"), "2026-11-04"),
     (("report", "weekly", "--date", "2026-11-09"), "2026-W46"),
     (("report", "monthly", "--date", "2026-12-01"), "2026-12")],
)  # fmt: skip
def test_a_day_that_has_not_come_says_so(desk: Desk, argv: tuple[str, ...], name: str) -> None:
    assert f"warning: {name} has not begun\n" in desk.act("mgr", *argv).err
    assert "has not begun" not in desk.act("mgr", *argv[:3], "today").err


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("ledger", "due"), "nothing is due of 2020-01\n"),
        (("ledger", "list"), "the ledger has nothing of 2020-01\n"),
        (("appraise",), "nobody is appraised for 2020-01\n"),
        (("ledger", "propose", "--all"), "nothing is due that has not been proposed\n"),
    ],
)
def test_a_month_without_anything_is_an_answer_that_is_said(desk: Desk, argv: tuple[str, ...], told: str) -> None:
    done = desk.act("mgr", *argv, "--month", "2020-01")
    assert (done.code, done.err) == (0, told)
    assert desk.act("mgr", *argv, "--month", "2020-01", "-q").err == ""


@pytest.mark.parametrize(
    ("lang", "word"), [("zh", "不计分（当月无数据）"), ("en", "not scored (no data in the month)")]
)
def test_why_of_a_person_without_a_score(desk: Desk, lang: str, word: str) -> None:
    done = desk.act("mgr", "why", "pan", "--lang", lang)
    assert done.code == 0, done.err
    assert word in done.out


@pytest.mark.parametrize(
    "argv", [("help",), ("help", "limits"), ("completion", "bash"), ("doctor",), ("list",)], ids=" ".join
)
@pytest.mark.parametrize("option", ["--now", "--as-of"])
def test_a_time_that_is_none_is_refused_by_every_command(desk: Desk, argv: tuple[str, ...], option: str) -> None:
    for words in ((*argv, option, "junk"), (option, "junk", *argv)):
        done = desk(*words, code=2)
        assert done.out == ""
        assert done.err.startswith(f"dispatchctl: {option}: 'junk' is not understood")
