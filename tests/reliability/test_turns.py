"""Who waits for the lock decides by what stands when they have it: as if they had begun after whoever came before.

Each line of the stories is run while another command takes its turn: at the moment when the line asks for the lock,
that one is run to its end. What comes out, rows, output and exit code, is that of the two one after the other.
"""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from desks import Desk, copy_desk, open_demo
from office import run_in
from stories import CALL, START, STEP, STORIES, Line, join_staff, list_lines
from surroundings import LONG, Kept
from transcripts import Result

from dispatchctl import sizes
from dispatchctl.store import attachments
from dispatchctl.store.folder import Folder
from dispatchctl.store.lock import Lock

Words = Sequence[str]
LEFT_OUT = ("recorded_at", "crc")  # of a row: they tell when it was written, and after which


@contextmanager
def another_first(take_turn: Callable[[], Any]) -> Iterator[list[bool]]:
    """Run this when somebody first asks for the lock; answers a list that is empty as long as nobody did."""
    asked: list[bool] = []
    real = Lock.__enter__

    def enter(lock: Lock) -> Lock:
        if not asked:
            asked.append(True)
            take_turn()
        return real(lock)

    with mock.patch.object(Lock, "__enter__", enter):
        yield asked


def read_rows(folder: Path) -> list[tuple[str, dict[str, str]]]:
    """Every row of every file, by file, without what differs by the moment of writing."""
    rows = []
    for path in sorted((folder / "records").glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                rows.append((f"{path.parent.name}/{path.name}", {k: v for k, v in row.items() if k not in LEFT_OUT}))
    return rows


def open_stage(run: Callable[..., Result], folder: Path) -> Desk:
    """The demo with the people of the stories, and a file of orders."""
    desk = open_demo(run, folder)
    join_staff(run)
    desk.now = START.isoformat()
    (folder / "orders.csv").write_text(
        "kind,content,caller,phone,address,service\nrequest,漏水,张示例,138-0000-0009,1号楼,plumbing\n"
    )
    return desk


def copy_writer(desk: Desk) -> None:
    """Rows of a writer SZ, as its clone would have left them."""
    writer = desk.folder / "records" / ".writer"
    mine = writer.read_bytes()
    writer.write_text("SZ\n")
    desk.do("lin", "new-order", "--kind", "inquiry", "--content", "问路")
    writer.write_bytes(mine)


def list_rivals(line: Line, last: tuple[str, dict[str, str]] | None) -> list[Words]:
    """Commands that may come first: the same one, the last row of before taken back, whoever acts leaves."""
    rivals: list[Words] = [(*line.plain, "--note", "备注", "--as", line.who)]
    if last is not None:
        place, row = last
        rivals.append(("retract", row["id"], f"{place.removesuffix('.csv')}#{row['seq']}", "--reason", "记错了",
                       "--as", row["by"]))  # fmt: skip
    rivals.append(("staff", "leave", line.who, "--kind", "resignation", "--as", "gao" if line.who != "gao" else "lin"))
    return rivals


class Stage:
    """A story under way: the folder as it is, and how a line goes in copies of it."""

    def __init__(self, folder: Path, clock: str) -> None:
        self.folder, self.clock = folder, clock
        self.copies = 0

    def run(self, folder: Path, words: Words, input: str = "") -> Result:
        return run_in(folder, *words, "--now", self.clock, input=input)

    def copy(self, kept: Kept) -> Path:
        self.copies += 1
        folder = self.folder.parent / f"copy{self.copies}" / "desk"
        folder.mkdir(parents=True)
        kept.put(folder)
        return folder

    def take_turns(self, kept: Kept, words: Words, rival: Words, alone: Result, input: str = "") -> Result | None:
        """What comes of it when the rival came first, None where that made no difference; it must be the same when the
        other one had begun and waited.
        """
        after, waiting = self.copy(kept), self.copy(kept)
        if self.run(after, rival, input).code:
            return None
        wanted = self.run(after, words, input)
        if wanted == alone:
            return None
        with another_first(lambda: self.run(waiting, rival, input)) as asked:
            found = self.run(waiting, words, input)
        assert asked, words
        assert found == wanted, (words, rival)
        assert read_rows(waiting) == read_rows(after), (words, rival)
        return found


@pytest.mark.heavy
@pytest.mark.parametrize("story", STORIES)
def test_every_writing_command(story: str, isolated: Path, record_property: Callable[[str, object], None]) -> None:
    work = isolated / "desk"
    work.mkdir()
    desk = copy_desk(partial(run_in, work), work, open_stage)
    if story == "rules":  # the files of another writer, to be taken over
        copy_writer(desk)
    stage = Stage(work, START.isoformat())
    count, tried, now = 0, 0, START
    for number, line in enumerate(list_lines(story)):
        now = line.moment or now + STEP
        stage.clock = now.isoformat()
        words = (*line.plain, "--note", "备注", "--as", line.who)
        kept = Kept(work)
        before = read_rows(work)
        alone = stage.run(work, words)
        assert alone.code == 0, (line.text, alone)
        if line.prepares:
            continue
        count += 1
        mine = [(place, row) for place, row in before if ".main" in place and "private" not in place]
        rivals = list_rivals(line, max(mine, key=lambda each: each[1]["at"], default=None))
        told = 0
        for each in range(len(rivals)):
            told += stage.take_turns(kept, words, rivals[(each + number) % len(rivals)], alone) is not None
            if told and not LONG:
                break
        assert told, f"nothing that came first made a difference to {line.text}"
        tried += told
    record_property("counted", f"{count} commands in turns with {tried} others")


ORDER, OTHER = "O-20261102-0001", "O-20261102-0002"
CLOCK = "2026-11-03T09:00:00+08:00"
LINES = "kind,content,source_ref\ninquiry,几点下班,W-1\ninquiry,几点开门,W-2\n"
HISTORY = "n,t,c\nW-1,2026-11-01 10:00,几点下班\nW-2,2026-11-01 11:00,几点开门\n"
MAP = """register: orders
columns: {source_ref: n, at: t, content: c}
constants: {kind: inquiry}
"""
TAKE = ("new-order", *CALL, "--as", "lin")
PUBLISH = ("policy", "publish", "--as", "lin")
IMPORT = ("records", "import", "-", "--map", "map.yaml", "--as", "lin")
ADOPT = ("records", "adopt", "orders/2026-11.main", "--reason", "改过", "--as", "lin")


def leave(staff: str, by: str) -> Words:
    return "staff", "leave", staff, "--kind", "resignation", "--as", by


CASES: dict[str, tuple[Words, Words, int, str]] = {  # who waits, who comes first, and what the one who waited is told
    "undo": (("undo", "--as", "lin"), ("claim", ORDER, "--as", "wu"), 4, "was followed by assigned of A-"),
    "a rule that is gone": (TAKE, PUBLISH, 3, "no such service: 'plumbing'"),
    "a right that is gone": (("triage", OTHER, "--dispatch", "--as", "qian"), PUBLISH, 4, "may not"),
    "the writer": (TAKE, ("records", "writer", "ZZ"), 0, "O-20261103-ZZ-0001"),
    "reveal": (("show", ORDER, "--reveal", "--reason", "上门", "--as", "qian"), leave("qian", "lin"), 4, "has left"),
    "lines": (("new-order", "--from", "-", "--as", "lin"), ("new-order", "--from", "-", "--as", "qian"), 0, "2"),
    "import": (IMPORT, IMPORT, 0, "2"),
    "import by who leaves": (IMPORT, leave("lin", "gao"), 4, "has left"),
    "a retry": ((*TAKE, "--request-id", "k"), (*TAKE, "--request-id", "k"), 0, "was recorded before"),
    "adopt": (ADOPT, ADOPT, 4, "nothing to adopt"),
}


def open_published(run: Callable[..., Result], folder: Path) -> Desk:
    """The stage with an order in the pool and one to triage; published rules, and a draft that changes them."""
    desk = open_stage(run, folder)
    for _ in range(2):
        desk.do("lin", "new-order", *CALL)
    desk.do(*("lin", "policy", "publish"))
    desk.now = "2026-11-03T08:58:00+08:00"
    desk.do("lin", "triage", ORDER, "--dispatch")
    desk.edit_rules(
        ("effective_from: [0-9-]+", "effective_from: 2026-11-03"),
        ("(?m)^  plumbing: .*\n", ""),
        ("(?m)^  orders.paid: ", "  orders.*: [manager]\n  orders.paid: "),
    )
    (folder / "map.yaml").write_text(MAP)
    return desk


@pytest.mark.parametrize("case", CASES)
def test_what_is_more_than_one_event(case: str, isolated: Path) -> None:
    words, rival, code, told = CASES[case]
    work = isolated / "desk"
    work.mkdir()
    copy_desk(partial(run_in, work), work, open_published)
    if case == "adopt":
        path = work / "records" / "orders" / "2026-11.main.csv"
        path.write_bytes(path.read_bytes().replace("漏水".encode(), "漏雨".encode(), 1))
    kept, stage = Kept(work), Stage(work, CLOCK)
    input = HISTORY if "import" in words else LINES
    done = stage.take_turns(kept, words, rival, stage.run(work, words, input), input)
    assert done is not None
    assert done.code == code, done
    assert told in done.out + done.err


def test_two_who_found_the_same_desk(isolated: Path) -> None:
    words = ("init", "--demo", "--now", CLOCK)
    with another_first(lambda: run_in(isolated, *words, "--me", "qian", "--name", "钱前台")):
        done = run_in(isolated, *words, "--me", "lin", "--name", "林示例")
    assert (done.code, done.out) == (4, "")
    assert "has rows already" in done.err
    assert [row["id"] for _, row in read_rows(isolated)] == ["qian"]


def test_a_second_init_makes_no_demo_of_a_real_desk(isolated: Path) -> None:
    with another_first(lambda: run_in(isolated, "init", "--me", "qian", "--name", "钱前台")):
        done = run_in(isolated, "init", "--demo", "--me", "lin", "--name", "林示例")
    assert done.code == 4
    assert "has rows already" in done.err
    assert not (isolated / "records/.demo").exists()


def test_an_init_that_failed_makes_no_demo_of_the_next(isolated: Path) -> None:
    (isolated / "policies.yaml").write_text("policy: {bad")
    assert run_in(isolated, "init", "--demo", "--me", "lin").code == 5
    (isolated / "policies.yaml").unlink()
    assert run_in(isolated, "init", "--me", "lin").code == 0
    assert not (isolated / "records/.demo").exists()


def test_a_report_says_how_things_stood_when_it_was_made(desk: Desk) -> None:
    """It takes long, and its row tells of what was handed out: it is not made anew."""
    desk.take()

    def take_turn() -> None:
        desk.take()
        desk.do("mgr", "policy", "publish")

    with another_first(take_turn):
        desk("report", "daily", "-o", "report.json", "--as", "mgr")
    assert json.loads((desk.folder / "report.json").read_text())["measures"]["orders"]["value"] == "1"
    assert [row["event"] for row in desk.rows("audit")] == ["published", "reported"]
    assert len(desk.rows("orders")) == 2


def test_files_are_hashed_before_the_lock_is_held(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by a command that is run again under it; there they are only copied, and compared with what was said."""
    free: list[bool] = []
    real = attachments.keep_file

    def keep_file(folder: Folder, path: str, *, dry: bool = False) -> str:
        if dry:
            with Lock(folder, 0):
                free.append(True)
        return real(folder, path, dry=dry)

    monkeypatch.setattr(attachments, "keep_file", keep_file)
    (desk.folder / "proof.txt").write_text("凭证")
    with another_first(desk.take):
        desk("new-order", "--kind", "inquiry", "--content", "问路", "--attach", "proof.txt", "--as", "lin")
    assert free == [True]
    assert desk.rows("orders")[-1]["attached"].endswith(" proof.txt")


def test_a_batch_ends_where_the_rules_change_under_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has recorded stays; the rest is decided by whoever runs it again, by the rules of then."""
    monkeypatch.setattr(sizes, "ITEMS_LOCKED", 1)
    jobs = [desk.send(desk.take(), staff) for staff in ("pan", "shui", "pan")]
    turns = iter((lambda: None, lambda: None, partial(desk, "policy", "publish", "--as", "mgr")))
    real = Lock.__enter__

    def enter(lock: Lock) -> Lock:
        next(turns, lambda: None)()
        return real(lock)

    with mock.patch.object(Lock, "__enter__", enter):
        stopped = desk("ack", *jobs, "--as", "sup-e", code=75)
    assert "the rules or the writer were changed" in stopped.err
    assert f"; recorded: {jobs[0]}, {jobs[1]}; " in stopped.err
    assert [desk.state(job) for job in jobs] == ["acknowledged", "acknowledged", "assigned"]
    assert desk("ack", *jobs, "--as", "sup-e", "-q", code=4).out.split() == jobs[2:]
