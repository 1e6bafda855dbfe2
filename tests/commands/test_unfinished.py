"""A command that recorded something and cannot end as it should: exit 75, and stderr names what stands.

Whatever fails after an append (stdout, the disk, the memory, the program itself, the next item of a batch), 7 would
say that nothing was recorded, and a script that went by it would record it twice.
"""

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from desks import Desk
from stories import START, STEP, STORIES, Run, begin_story, list_lines, read_rows
from surroundings import ROOT
from transcripts import Result

from dispatchctl.cli import COMMANDS, GROUPS

FULL = {"stdout": errno.ENOSPC}
CLOSED = {"stdout": errno.EPIPE}
FORMS = (("-q",), ("--json",), ())
ORDER = ("new-order", "--service", "plumbing", "--content", "厨房漏水", "--caller", "张示例", "--phone",
         "138-0000-0001", "--address", "1号楼101")  # fmt: skip

# --- every command ----------------------------------------------------------------------------------------------------

ALONE = {"init", "records import", "records adopt", "report", "show"}  # of no story: each has a test of its own below
READING = {
    *("suggest", "worklist", "overdue", "due", "list", "status", "appraise", "why", "doctor", "completion", "help"),
    *("follow-up list", "ledger due", "ledger fund", "ledger list", "policy check", "policy show", "policy versions"),
    *("policy diff", "policy what-if", "policy schema", "records check", "records rebuild", "records verify"),
}
LISTED = (("list",), ("status",), ("doctor",), ("help", "limits"), ("show", "O-20261102-0001"), ("policy", "show"),
          ("list", "staff"), ("records", "rebuild"))  # fmt: skip


def name_rows(rows: list[dict[str, str]]) -> list[str]:
    """What commands call the cases of these rows, and their parts; of the notes that somebody acted alone nothing."""
    parts = ("measure_id", "opinion_id")
    named = [next((row[part] for part in parts if row.get(part)), row["id"]) for row in rows]
    return [name for name, row in zip(named, rows, strict=True) if row["event"] != "acted-alone"]


@pytest.mark.parametrize("story", STORIES)
def test_every_writing_command_names_what_it_could_not_print(
    story: str, demo: Path, run: Run, record_property: Callable[[str, object], None]
) -> None:
    """The rows stand as if it had been printed, or the story would not go on."""
    begin_story(story, demo, run)
    now, tried = START, 0
    for number, line in enumerate(list_lines(story)):
        now = line.moment or now + STEP
        argv = (*line.plain, "--as", line.who, "--now", now.isoformat(), "--note", "备注", *FORMS[number % 3])
        if line.prepares:
            assert run(*argv).code == 0, line.text
            continue
        count = len(read_rows(demo / "records"))
        done = run(*argv, refusing=FULL if number % 2 else CLOSED)
        rows = read_rows(demo / "records")[count:]
        assert (done.code, done.out) == (75, ""), (line.text, done)
        assert rows, line.text
        expect_told(done, *name_rows(rows))
        tried += 1
    record_property("counted", f"{tried} commands")


def expect_told(done: Result, *names: str, word: str = "recorded") -> None:
    """One line says why, and names exactly these ids as recorded; a second one what to do."""
    error, hint = [line for line in done.err.split("\n") if line.startswith(("dispatchctl: ", "hint: "))]
    said = next(part for part in error.split("; ") if part.startswith(f"{word}: "))
    assert said == f"{word}: {', '.join(dict.fromkeys(names))}"
    assert "nothing was recorded" not in error
    assert "--request-id" in hint


def list_commands() -> set[str]:
    """Every command of the table, as it is typed."""
    groups = [f"{group} {verb}" for group, (_, verbs) in GROUPS.items() for verb in verbs]
    return {*(name for name in COMMANDS if name not in GROUPS), *groups}


def test_no_command_is_forgotten() -> None:
    told = [" ".join(line.argv) + " " for story in STORIES for line in list_lines(story) if not line.prepares]
    told = {name for name in list_commands() if any(text.startswith(f"{name} ") for text in told)}
    assert told == list_commands() - READING - ALONE
    assert len(told) > 75


# --- those of no story ------------------------------------------------------------------------------------------------


def test_init_names_the_first_person(run: Run, isolated: Path) -> None:
    done = run("init", "--me", "s01", "--name", "王示例", refusing=FULL)
    assert done.code == 75
    error = done.err.split("dispatchctl: ")[1]
    assert error.startswith("standard output: cannot be written: No space left on device; recorded: s01\n")
    assert run("show", "s01", "-q", "--as", "s01").out == "s01\n"
    assert run("init", "--me", "s01", "--name", "王示例").code == 4


def test_init_shows_what_it_made_though_a_field_is_none(run: Run, isolated: Path) -> None:
    done = run("init", "--me", "s01", "--name", "王示例", "--fields", "idd")
    assert (done.code, "s01" in done.out) == (0, True)
    assert "warning: --fields: no such field: idd; it is done, and shown as without" in done.err


@pytest.mark.parametrize("refusing", [FULL, CLOSED], ids=["full", "closed"])
def test_an_import_names_its_first_and_last_order(desk: Desk, refusing: dict[str, int]) -> None:
    write_history(desk, 30)
    done = desk(*IMPORT, refusing=refusing, code=75)
    assert "; recorded: 30, O-20261102-0001 to O-20261102-0030\nhint: run the same command again" in done.err
    assert desk.read(*IMPORT)["skipped"] == 30


def test_an_adoption_is_named(desk: Desk) -> None:
    for _ in range(2):
        desk.take()
    path = desk.folder / "records/orders/2026-11.main.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    done = desk(
        "records", "adopt", "orders/2026-11.main", "--reason", "恢复备份", "--as", "mgr", refusing=FULL, code=75
    )
    expect_told(done, *name_rows(desk.rows("audit")))


def test_a_reveal_is_named_and_plain_reading_is_not(desk: Desk) -> None:
    order = desk.take()
    done = desk.act("mgr", "show", order, "--reveal", "--reason", "回访", refusing=CLOSED)
    assert done.code == 75
    expect_told(done, *name_rows(desk.rows("audit")))


def test_the_writer_of_a_clone_is_named(desk: Desk) -> None:
    done = desk("records", "writer", "SZ", refusing=FULL, code=75)
    assert "; recorded: the writer SZ\nhint: run the same command again" in done.err
    assert "is SZ already" in desk("records", "writer", "SZ").err


def test_what_only_reads_is_7_or_141(desk: Desk) -> None:
    desk.take()
    before = desk.files()
    for argv in LISTED:
        full, closed = (desk.act("mgr", *argv, refusing=each) for each in (FULL, CLOSED))
        assert (full.code, closed.code, closed.err) == (7, 141, ""), argv
        assert full.err == "dispatchctl: standard output: cannot be written: No space left on device\n"
    trial = desk.act("lin", *ORDER, "--dry-run", refusing=FULL)
    assert (trial.code, "recorded" in trial.err) == (7, False)
    assert desk.files() == before


# --- how it is told ---------------------------------------------------------------------------------------------------


def test_who_repeats_it_with_its_key_is_told_the_first_result(desk: Desk) -> None:
    """Also where that cannot be printed again: 7 would say that nothing stands."""
    keyed = (*ORDER, "--request-id", "k", "-q", "--as", "lin")
    done = desk(*keyed, refusing=FULL, code=75)
    expect_told(done, "O-20261102-0001")
    assert "hint: run the same command again (with the same --request-id" in done.err
    for refusing in (FULL, CLOSED):
        done = desk.run("--now", desk.now, *keyed, refusing=refusing)
        assert done.code == 75
        expect_told(done, "O-20261102-0001", word="recorded before")
    assert desk(*keyed).out == "O-20261102-0001\n"
    assert len(desk.rows("orders")) == 1


def test_who_repeats_it_without_a_key_is_warned(desk: Desk) -> None:
    done = desk(*ORDER, "--as", "lin", refusing=FULL, code=75)
    assert done.err.endswith(
        "\nhint: run again without a --request-id it might record that twice; look with: dispatchctl show"
        " O-20261102-0001\n"
    )
    sourced = (*ORDER, "--source-ref", "W-1", "--as", "lin")
    assert "hint: run the same command again" in desk(*sourced, refusing=FULL, code=75).err
    done = desk.run("--now", desk.now, *sourced, refusing=FULL)
    assert done.code == 75
    expect_told(done, "O-20261102-0002", word="recorded before")


def test_a_replay_that_is_refused_stays_a_refusal(desk: Desk) -> None:
    desk(*ORDER, "--request-id", "k", "--as", "lin")
    desk("cancel", "1", "--reason", "业主取消", "--request-id", "k", "--as", "lin", code=4)
    done = desk(*ORDER, "--request-id", "k", "--as", "lin", "--fields", "idd")
    assert "it is done, and shown as without" in done.err


def test_with_stderr_full_too_the_code_still_says_it(desk: Desk) -> None:
    done = desk.act("lin", *ORDER, refusing={"stdout": errno.ENOSPC, "stderr": errno.ENOSPC})
    assert done == Result(75, "", "")
    assert len(desk.rows("orders")) == 1


def test_refusals_of_a_batch_are_told_beside_it(desk: Desk) -> None:
    jobs = send_jobs(desk, 3)
    desk.do("pan", "ack", jobs[0])
    done = desk.act("pan", "ack", *jobs, refusing=FULL)
    assert done.code == 75
    assert done.err.startswith(f"dispatchctl: {jobs[0]}: {jobs[0]} is acknowledged")
    assert f"; recorded: {jobs[1]}, {jobs[2]}\n" in done.err


# --- a process of its own ---------------------------------------------------------------------------------------------


def start(desk: Desk, *argv: str, **streams: Any) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), "DISPATCHCTL_NOW": desk.now, "DISPATCHCTL_AS": "lin"}
    command = [sys.executable, "-m", "dispatchctl", *argv]
    return subprocess.Popen(command, cwd=desk.folder, env=env, stdin=subprocess.DEVNULL, **streams)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk(desk: Desk) -> None:
    with open("/dev/full", "wb") as full:
        process = start(desk, *ORDER, "-q", stdout=full, stderr=subprocess.PIPE)
        told = process.communicate(timeout=60)[1].decode()
        assert (process.returncode, "; recorded: O-20261102-0001\n" in told) == (75, True)
        silent = start(desk, *ORDER, "-q", stdout=full, stderr=full)
        assert silent.wait(60) == 75
    assert [row["id"] for row in desk.rows("orders")] == ["O-20261102-0001", "O-20261102-0002"]


def test_a_stdout_that_is_closed(desk: Desk) -> None:
    process = start(desk, *ORDER, "-q", stderr=subprocess.PIPE, preexec_fn=partial(os.close, 1))
    told = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, "; recorded: O-20261102-0001\n" in told) == (75, True)


@pytest.mark.parametrize("name", ["a" * 300 + ".csv", "长" * 90 + ".csv"])
def test_a_report_whose_name_no_disk_takes_is_not_handed_out(desk: Desk, name: str) -> None:
    assert "File name too long" in desk.act("mgr", "report", "monthly", "-o", name).err
    assert desk.act("mgr", "report", "monthly", "-o", name).code == 2
    assert desk.rows("audit") == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_what_prints_nothing_needs_no_room(desk: Desk) -> None:
    with open("/dev/full", "wb") as full:
        report = start(desk, "report", "daily", "-o", "r.csv", stdout=full, stderr=subprocess.PIPE)
        told = report.communicate(timeout=60)[1].decode()
        urging = start(desk, "urge", "--all", "-q", stdout=full, stderr=subprocess.PIPE)
        assert urging.communicate(timeout=60) == (None, b"")
    assert (report.returncode, told[:7], urging.returncode) == (0, "r.csv: ", 0)
    assert [row["event"] for row in desk.rows("audit")] == ["reported"]


def test_a_pipe_that_nobody_reads(desk: Desk) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(desk, *ORDER, "--json", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    told = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, "; recorded: O-20261102-0001\n" in told) == (75, True)
    assert len(desk.rows("orders")) == 1


# --- what else may fail after an append -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 75, "out of memory"),
        (ZeroDivisionError("by zero"), 75, "internal fault: ZeroDivisionError: by zero"),
        (OSError(errno.EIO, "Input/output error"), 75, "Input/output error"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_whatever_fails_after_it_was_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    from dispatchctl.commands import results

    with monkeypatch.context() as patch:
        patch.setattr(results, "emit", raising(error))
        done = desk.act("lin", *ORDER)
    assert done.code == code
    assert done.err.startswith(f"dispatchctl: {words}; recorded: O-20261102-0001\nhint: ")
    with monkeypatch.context() as patch:  # before anything is recorded it is what it was
        patch.setattr("dispatchctl.desk.events.record", raising(error))
        done = desk.act("lin", *ORDER)
    assert (done.code, "recorded" in done.err) == (130 if code == 130 else 7, False)


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*given: object, **more: object) -> None:
        raise type(error)(*error.args)  # one that was raised before holds what it was raised in

    return fail


def test_an_interrupt_in_the_middle_of_an_append_leaves_it_in_doubt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dispatchctl.store.journal.sync_or_mark", raising(KeyboardInterrupt()))
        done = desk.act("lin", *ORDER)
    assert done.code == 130
    assert done.err.startswith(
        "dispatchctl: interrupted; perhaps recorded: O-20261102-0001\nhint: run again without a --request-id it might"
    )


def test_the_note_of_acting_alone_fails_after_the_row_it_is_about(
    run: Run, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = ("staff", "change", "lin", "--login", "lin", "--reason", "换电脑", "--now", START.isoformat())
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail_in("/records/audit/", 1))
        done = run(*argv)
    assert done.code == 75
    assert "records/audit/2026-11.main.csv: cannot be written: No space left on device; recorded: lin\n" in done.err


def fail_in(folder: str, number: int) -> Callable[[int, bytes], int]:
    """An `os.write` whose N-th call on a file of this folder finds no room."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc here")
    real, calls = os.write, [0]

    def write(descriptor: int, data: bytes) -> int:
        if folder in os.readlink(f"/proc/self/fd/{descriptor}"):
            calls[0] += 1
            if calls[0] >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data)

    return write


def test_an_adoption_that_is_not_noted_names_the_file_that_it_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take()
    path = desk.folder / "records/orders/2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace("漏水".encode(), "积水".encode()))
    adopt = ("records", "adopt", "orders/2026-11.main", "--reason", "听错了", "--as", "mgr")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail_in("/records/audit/", 1))
        done = desk(*adopt, code=75)
    assert "No space left on device; recorded: records/orders/2026-11.main.csv\nhint: run the same command" in done.err
    assert desk.read(*adopt)["id"] == "X-20261102-0001"


def test_a_seal_that_cannot_be_signed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from dispatchctl.errors import SystemFailed

    desk("policy", "publish", "--as", "mgr")
    desk.take()
    (desk.folder / "key").write_text("x")
    desk.now = "2026-12-01T09:00:00+08:00"
    with monkeypatch.context() as patch:
        patch.setattr("dispatchctl.store.signing.sign_bytes", raising(SystemFailed("ssh-keygen: no")))
        done = desk("records", "seal", "--month", "last", "--sign", "key", "--as", "mgr", code=75)
    assert "2026-11 is sealed, but not signed: ssh-keygen: no; recorded: X-20261201-0001\n" in done.err
    assert "hint: sign it by the same command" in done.err


# --- batches ----------------------------------------------------------------------------------------------------------

IMPORT = ("records", "import", "h.csv", "--map", "map.yaml", "--as", "mgr")


def write_history(desk: Desk, count: int) -> None:
    """Orders of another program, and the map for them."""
    rows = [f"W{number},2026-11-01 10:00,plumbing,漏水{number}\n" for number in range(1, count + 1)]
    (desk.folder / "h.csv").write_text("n,t,s,c\n" + "".join(rows), encoding="utf-8")
    (desk.folder / "map.yaml").write_text(
        "register: orders\ncolumns: {source_ref: n, at: t, service: s, content: c}\n"
        "constants: {kind: request, priority: normal}\n"
    )


def send_jobs(desk: Desk, count: int) -> list[str]:
    """The assignments of as many orders to pan."""
    return [desk.send(desk.take(content=f"漏水{number}"), "pan", "--over-ceiling", "--reason", "人手不足")
            for number in range(count)]  # fmt: skip


def begin_acks(desk: Desk) -> tuple[str, list[str]]:
    send_jobs(desk, 3)
    return "assignments", ["ack", *(f"A-20261102-000{number}" for number in (1, 2, 3)), "--as", "pan"]


def begin_progress(desk: Desk) -> tuple[str, list[str]]:
    jobs = send_jobs(desk, 3)
    desk.do("pan", "start", *jobs)
    return "assignments", ["progress", *jobs, "--as", "pan"]


def begin_file(desk: Desk) -> tuple[str, list[str]]:
    (desk.folder / "o.csv").write_text("kind,content\n" + "".join(f"inquiry,问{n}\n" for n in range(3)), "utf-8")
    return "orders", ["new-order", "--from", "o.csv", "--as", "lin"]


def begin_pool(desk: Desk) -> tuple[str, list[str]]:
    for number in range(3):
        desk.do("lin", "triage", desk.take(content=f"漏水{number}"), "--dispatch")
    return "assignments", ["assign", "--all", "--auto", "--as", "lin"]


def begin_urging(desk: Desk) -> tuple[str, list[str]]:
    send_jobs(desk, 3)
    desk.wait(hours=3)
    return "notices", ["urge", "--all", "--as", "lin"]


def begin_charges(desk: Desk) -> tuple[str, list[str]]:
    for day in (2, 3, 4, 5):
        desk.clock(day, "09:30")
        for who in ("pan", "shui"):
            desk.do("mgr", "attendance", "late", who, "--on", f"2026-11-{day:02}")
    return "ledger", ["ledger", "propose", "--all", "--as", "mgr"]


def begin_import(desk: Desk) -> tuple[str, list[str]]:
    write_history(desk, 3)
    return "orders", list(IMPORT)


def begin_course(desk: Desk) -> tuple[str, list[str]]:
    desk.do("mgr", "training", "plan", "--topic", "应急", "--on", "2026-11-02T08:30")
    return "training", ["training", "attended", "1", "pan", "shui", "dian", "--as", "mgr"]


BATCHES = {  # of each: how it begins, whether it can simply be run again, and how many are left after the first
    "acks": (begin_acks, False, 2),
    "progress": (begin_progress, False, 2),
    "file": (begin_file, True, 2),
    "pool": (begin_pool, True, 2),
    "urging": (begin_urging, True, 2),
    "charges": (begin_charges, True, 1),
    "import": (begin_import, True, 2),  # which does not say what
    "course": (begin_course, True, 2),
}


@pytest.mark.parametrize("batch", BATCHES)
def test_a_batch_that_the_disk_cuts_short(batch: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is recorded and what it did not come to, and goes on where it is told how."""
    monkeypatch.setattr("dispatchctl.sizes.ROWS_APPENDED", 1)
    begin, again, left = BATCHES[batch]
    register, argv = begin(desk)
    count = len(desk.rows(register))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail_in(f"/records/{register}/", 2))
        done = desk(*argv, code=75)
    rows = desk.rows(register)[count:]
    (error,) = [line for line in done.err.split("\n") if line.startswith("dispatchctl: ")]
    assert f"{register}/2026-11.main.csv: cannot be written: No space left on device; recorded: " in error
    expect_told(done, *name_rows(rows))
    assert "nothing was recorded" not in done.err
    rest = error.partition("; not come to: ")[2].split(", ")
    assert len(rest) == left or (batch, rest) == ("import", [""])
    assert ("hint: run the same command again" in done.err) == again
    rest_only = argv if again else [argv[0], *rest, *argv[-2:]]
    assert desk(*rest_only, code=None).code in ((0, 4) if batch == "course" else (0,))
    events = [(row["id"], row["event"], row.get("staff")) for row in desk.rows(register)[count:]]
    assert len(events) == len(set(events)) == left + 1
    assert desk("records", "check").code == 0


def test_a_batch_that_is_cut_short_with_a_key_is_repeated_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register, argv = begin_progress(desk)
    argv += ["--request-id", "k"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail_in(f"/records/{register}/", 3))
        done = desk(*argv, code=75)
    assert "recorded: A-20261102-0001, A-20261102-0002; not come to: A-20261102-0003\nhint: run the same" in done.err
    assert desk(*argv, "-q").out.split() == [f"A-20261102-000{number}" for number in (1, 2, 3)]
    assert sum(row["event"] == "progress" for row in desk.rows(register)) == 3


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), ZeroDivisionError()], ids=repr)
def test_a_batch_that_something_else_cuts_short(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    from dispatchctl.desk import itemwise

    _, argv = begin_acks(desk)
    real, calls = itemwise.plan_group, []

    def plan(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise type(error)
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(itemwise, "plan_group", plan)
        done = desk.act("pan", *argv)
    assert done.code == (130 if isinstance(error, KeyboardInterrupt) else 75)
    assert "; recorded: A-20261102-0001, A-20261102-0002; not come to: A-20261102-0003\n" in done.err
    assert [row["id"] for row in desk.rows("assignments") if row["event"] == "acknowledged"] == [
        "A-20261102-0001", "A-20261102-0002"
    ]  # fmt: skip


def test_a_lock_that_is_taken_between_two_parts_of_a_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """6 may be repeated by whoever gets it; this may not."""
    from dispatchctl.desk import recording
    from dispatchctl.errors import Busy

    monkeypatch.setattr("dispatchctl.sizes.ITEMS_LOCKED", 1)
    _, argv = begin_progress(desk)
    real, taken = recording.Lock, []

    def lock(*given: Any) -> Any:
        taken.append(given)
        if len(taken) == 2:
            raise Busy("process 1 is writing here")
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(recording, "Lock", lock)
        done = desk(*argv, code=75)
    assert (
        "recorded: A-20261102-0001; not come to: A-20261102-0002, A-20261102-0003\nhint: run it again for" in done.err
    )


def test_of_many_the_count_the_first_and_the_last_are_told(desk: Desk) -> None:
    """20 are named one by one, 21 are not."""
    for count, told in ((20, "O-20261102-0001, O-20261102-0002, "), (21, "21, O-20261102-0021 to O-20261102-0041\n")):
        rows = "".join(f"inquiry,问{count}-{number}\n" for number in range(count))
        done = desk("new-order", "--from", "-", "--as", "lin", input=f"kind,content\n{rows}", refusing=FULL, code=75)
        assert f"; recorded: {told}" in done.err


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "html", "xlsx", "json"])
@pytest.mark.parametrize("limit", [0, 100])
def test_a_report_for_which_there_is_no_room(
    desk: Desk, form: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take()
    real = os.write

    def write(descriptor: int, data: bytes) -> int:
        if ".part" in os.readlink(f"/proc/self/fd/{descriptor}"):
            room = limit - os.fstat(descriptor).st_size
            if room <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(descriptor, data[:room])
        return real(descriptor, data)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc here")
    names = sorted(path.name for path in desk.folder.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        done = desk.act("mgr", "report", "daily", "-o", f"r.{form}")
    assert (done.code, done.err) == (7, f"dispatchctl: r.{form}: No space left on device\n")
    assert sorted(path.name for path in desk.folder.iterdir()) == names
    assert desk.rows("audit") == []


def test_a_report_whose_row_cannot_be_kept_is_not_handed_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    names = sorted(path.name for path in desk.folder.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail_in("/records/audit/", 1))
        done = desk.act("mgr", "report", "daily", "-o", "r.csv")
    assert done.code == 7
    assert done.err.endswith(
        "audit/2026-11.main.csv: cannot be written: No space left on device; nothing was recorded\n"
    )
    assert sorted(path.name for path in desk.folder.iterdir()) == names
    assert desk.act("mgr", "report", "daily", "-o", "r.csv").code == 0


def test_a_report_that_cannot_be_put_in_its_place_names_its_row(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    names = sorted(path.name for path in desk.folder.iterdir())
    failing = raising(OSError(errno.EIO, os.strerror(errno.EIO)))
    with monkeypatch.context() as patch:
        patch.setattr("dispatchctl.output.files._put_in_place", failing)
        done = desk.act("mgr", "report", "daily", "-o", "r.csv")
    assert done.code == 75
    assert done.err.startswith("dispatchctl: r.csv: Input/output error; recorded: X-20261102-0001\n")
    assert sorted(path.name for path in desk.folder.iterdir()) == names


def test_a_file_size_limit_is_a_full_disk(desk: Desk) -> None:
    desk.take()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (300, 300))
    process = start(desk, "report", "monthly", "-o", "r.html", "--as", "mgr", preexec_fn=limit, **streams)
    told = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, told) == (7, "dispatchctl: r.html: File too large\n")
    assert not list(desk.folder.glob("*r.html*")) + list(desk.folder.glob(".dispatchctl-*"))
