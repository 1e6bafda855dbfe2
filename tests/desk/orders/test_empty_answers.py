"""What a batch with nothing to do says, and whom it leaves aside: on stderr, and with -q nothing."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import Desk
from transcripts import Result

TRIAGE = "1 order waits for triage, and --all leaves such aside: dispatchctl list orders --state open\n"


def test_assign_all_tells_who_waits_for_triage(desk: Desk) -> None:
    desk.take()
    done = desk.act("lin", "assign", "--all", "--auto")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"no order waits to be dispatched\n{TRIAGE}"
    assert desk.act("lin", "assign", "--all", "--auto", "-q").err == ""
    assert desk.act("lin", "assign", "--all", "--auto", "--json").out == "[]\n"
    desk.do("lin", "triage", desk.take(), "--dispatch")
    assert (desk.read("status")["triage"], desk.read("status")["pool"], desk.read("status")["unassigned"]) == (1, 1, 2)
    assert "1 to triage, 1 unassigned" in desk.out("status", "--lang", "en")
    assert "1 待判断, 1 待派" in desk.out("status")
    done = desk.act("lin", "assign", "--all", "--auto")
    assert (done.code, done.err) == (0, TRIAGE)
    assert "O-20261102-0002" in done.out


def test_urge_all_says_that_nobody_was_urged(desk: Desk) -> None:
    done = desk.act("lin", "urge", "--all")
    assert (done.code, done.out, done.err) == (0, "", "nothing is late: nobody was urged\n")
    desk.take()
    desk.wait(days=3)
    assert desk.urge()
    done = desk.act("lin", "urge", "--all")
    assert (done.code, done.out) == (0, "")
    assert done.err == "what is late (1) was urged at its present level: nobody was urged\n"
    assert desk.act("lin", "urge", "--all", "-q").err == ""


def test_propose_all_says_that_nothing_is_due(desk: Desk) -> None:
    done = desk.act("mgr", "ledger", "propose", "--all")
    assert (done.code, done.err) == (0, "nothing is due that has not been proposed\n")
    assert desk.act("mgr", "ledger", "propose", "--all", "-q").err == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty.csv", ""),
        ("head.csv", "service,content\n"),
        ("none.json", "[]"),
        ("none.jsonl", "\n"),
        ("none.yaml", "[]"),
    ],
)
def test_a_file_without_rows_says_so(desk: Desk, name: str, text: str) -> None:
    (desk.folder / name).write_text(text, encoding="utf-8")
    done = desk.act("lin", "new-order", "--from", name)
    assert (done.code, done.err) == (0, f"{name} holds no rows: nothing was taken\n")
    assert desk.act("lin", "new-order", "--from", name, "-q").err == ""
    assert "standard input holds no rows" in desk.act("lin", "new-order", "--from", "-", input=text).err


def test_suggest_without_candidates_says_why(desk: Desk) -> None:
    order = desk.take()
    assert desk.act("lin", "suggest", order).err == ""
    desk.clock(7, "10:00")  # a Saturday
    done = desk.act("lin", "suggest", order)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"nobody can go to {order}: 2 off-duty, 2 skill\n"
    assert desk.act("lin", "suggest", order, "-q").err == ""
    assert len(desk.do("lin", "suggest", order, "--all")) == 4


# --- a report from a folder that can only be read ---------------------------------------------------------------------

SHUT = ["no writer", "folder", "audit"]


@pytest.fixture(params=SHUT)
def shut(request: pytest.FixtureRequest, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk in which nobody can write: a fresh clone, or one whose files are somebody else's."""
    desk.take()
    desk.do("mgr", "policy", "publish")
    records = desk.folder / "records"
    if request.param == "no writer":
        (records / ".writer").unlink()
        yield desk
        return
    path = records if request.param == "folder" else records / "audit"
    path.chmod(0o555)
    asked = os.access

    def ask(name: str, mode: int) -> bool:
        """As somebody would be answered who is not root."""
        return asked(name, mode) and not (mode & os.W_OK and Path(name) == path)

    monkeypatch.setattr(os, "access", ask)
    yield desk
    path.chmod(0o755)


def test_a_report_is_written_and_the_missing_row_is_told(shut: Desk) -> None:
    before = shut.files()
    done = shut.run("--now", shut.now, "report", "monthly", "-o", "report.csv")
    assert done.code == 0, done.err
    assert "warning: " in done.err
    assert "audit keeps no row of this report" in done.err
    assert (shut.folder / "report.csv").read_bytes()
    assert shut.files() == before
    again = shut.run("--now", shut.now, "report", "monthly", "-o", "report.csv")
    assert again.code != 0  # a file that is there is still kept


def test_what_is_shown_on_purpose_still_needs_its_row(desk: Desk) -> None:
    order = desk.take()
    (desk.folder / "records" / ".writer").unlink()
    assert "can only be read" in desk.refuse(4, "sup-d", "show", order, "--reveal", "--reason", "核对")


def test_where_a_row_can_be_kept_somebody_has_to_sign_it(run: Callable[..., Result], desk: Desk) -> None:
    desk.take()
    done = run("--now", desk.now, "--as", "nobody", "report", "monthly", "-o", "report.csv")
    assert done.code == 3
    assert not (desk.folder / "report.csv").exists()
