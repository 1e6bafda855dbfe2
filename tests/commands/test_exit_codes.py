"""The table of exit codes: what a script may go by, one test a row, each with the real thing that leads there."""

import errno
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import Desk, copy_desk, open_demo
from surroundings import ROOT
from transcripts import Result

MORNING = "2026-11-02T09:00:00+08:00"
CALLER = ("--caller", "张示例", "--phone", "138-0000-0001", "--address", "1号楼101")
ORDER = ("new-order", "--service", "plumbing", "--content", "厨房漏水", *CALLER)


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_pair)


def open_pair(run: Callable[..., Result], folder: Path) -> Desk:
    """A demo with a manager, lin, and a field worker, wu."""
    desk = open_demo(run, folder)
    desk("staff", "join", "wu", "--name", "吴示例", "--role", "field", "--skill", "plumbing", "--regular")
    return desk


def start(desk: Desk, *argv: str) -> "subprocess.Popen[bytes]":
    """The command in a process of its own."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DISPATCHCTL_NOW": MORNING,
        "DISPATCHCTL_AS": "lin",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "dispatchctl", *argv],
        cwd=desk.folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def held(desk: Desk) -> Iterator[None]:
    """Somebody else holds the lock of the desk."""
    with open(desk.folder / "records/.lock", "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- 0 and 1 ----------------------------------------------------------------------------------------------------------


def test_0_what_was_printed_is_on_disk(desk: Desk) -> None:
    order = desk(*ORDER, "-q").out.strip()
    text = (desk.folder / "records/orders/2026-11.main.csv").read_text(encoding="utf-8")
    assert [line.split(",")[3] for line in text.split("\n")[1:-1]] == [order]
    assert desk("assign", order, "wu", "-q").out.strip() == "A-20261102-0001"
    before = desk.files()
    assert desk("ack", "1", "-n", "-q").out.strip() == "A-20261102-0001"
    assert desk("list", "--state", "cancelled").out == ""
    assert desk("overdue").out == ""
    assert desk("urge", "--all").out == ""
    assert desk.files() == before


def test_1_a_checking_command_found_something(desk: Desk) -> None:
    assert desk("overdue", "--exit-code").out == ""
    desk(*ORDER)
    late = "2026-11-02T10:30:00+08:00"
    assert desk("overdue", now=late).out
    assert desk("overdue", "--exit-code", code=1, now=late).out
    assert desk("overdue", "--exit-code", "--soon", "8h", code=1).out
    assert desk("overdue", "--exit-code", "--soon", "8h", "--service", "lighting").out == ""


def test_1_a_check_of_rules_and_of_records(desk: Desk) -> None:
    desk("policy", "check")
    desk("records", "check")
    path = desk.folder / "records/staff/2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace("吴示例".encode(), "无示例".encode()))
    assert "records/staff/2026-11.main.csv:3:" in desk("records", "check", code=1).out
    draft = desk.folder / "policies.yaml"
    draft.write_text(draft.read_text(encoding="utf-8").replace("counting: civil", "countng: civil"), encoding="utf-8")
    assert re.search(r"^policies\.yaml:\d+: .*countng", desk("policy", "check", code=1).out)


def test_1_doctor_finds_no_records(desk: Desk, run: Callable[..., Result], tmp_path: Path) -> None:
    assert run("doctor", cwd=tmp_path).code == 1


# --- 2 ----------------------------------------------------------------------------------------------------------------


WRONG = [
    (["ack"], "Missing argument"),
    (["reassign", "1", "wu"], "--reason"),
    (["list", "--stat", "open"], "no such option: --stat"),
    (["overdu"], "no such command: overdu"),
    (["list", "--state", "opne"], "'opne' is no state of orders"),
    (["new-order", "--kind", "wish", "--content", "x"], "--kind: 'wish' is not known"),
    (["list", "--format", "xml"], "--format: 'xml' is not known"),
    (["ack", "1", "--at", "soon-ish"], "--at: 'soon-ish' is not understood"),
    (["overdue", "--soon", "1 month"], "--soon: '1 month' is not understood"),
    (["paid", "1", "--amount", "ten"], "--amount: 'ten' is not understood"),
    (["show", "1", "--reveal"], "--reveal needs --reason"),
    (["due"], "due takes cases, or --all"),
    (["list", "--fields", "id,stat"], "--fields: no such field: stat"),
    (["list", "--sort", "stat"], "--sort: no such field: stat"),
    (["amend", "1", "colour=red", "--reason", "x"], "colour"),
    (["triage", "1"], "--dispatch"),
]


def test_2_wrong_usage(desk: Desk) -> None:
    desk(*ORDER)
    desk("assign", "1", "wu")
    before = desk.files()
    for argv, told in WRONG:
        assert told in desk(*argv, code=2).err, argv
    assert desk.files() == before


def test_2_all_that_intake_demands_is_named_at_once(desk: Desk) -> None:
    told = desk("new-order", "--content", "漏水", "--phone", "138-0000-0009", code=2).err
    assert all(name in told.split("\n")[0] for name in ("--service", "--caller", "--address"))
    assert "--content" not in told.split("\n")[0]
    assert "orders" not in "".join(desk.files())


# --- 3 ----------------------------------------------------------------------------------------------------------------


UNKNOWN = [
    (["show", "O-20261102-0099"], "no such case: 'O-20261102-0099'"),
    (["ack", "99"], "no such assignment: '99'"),
    (["assign", "1", "wuu"], "no such person: 'wuu'"),
    (["worklist", "吴"], "no such person: '吴'"),
    (["list", "ordres"], "no such register: 'ordres'"),
    (["overdue", "--service", "plumber"], "--service: no such service: 'plumber'"),
    (["triage", "1", "--refer", "garden"], "--refer: no such department: 'garden'"),
    (["new-order", "--service", "plumbing", "--area", "tower-9"], "--area: no such area: 'tower-9'"),
    (["new-order", "--service", "plumbing", "--priority", "asap"], "--priority: no such priority: 'asap'"),
    (["new-order", "--service", "plumbing", "--channel", "fax"], "--channel: no such channel: 'fax'"),
    (["staff", "join", "sun", "--name", "孙示例", "--role", "feld"], "no such role: 'feld'"),
    (["--as", "nobody", "ack", "1"], "--as: no such person: 'nobody'"),
    (["--records", "elsewhere", "list"], "elsewhere: no such folder"),
]


def test_3_no_such_case_person_or_key(desk: Desk) -> None:
    desk(*ORDER)
    before = desk.files()
    for argv, told in UNKNOWN:
        assert told in desk(*argv, code=3).err, argv
    assert desk.files() == before


def test_3_is_told_before_what_is_missing(desk: Desk) -> None:
    assert "no such service: 'plumber'" in desk("new-order", "--service", "plumber", code=3).err


def test_3_where_nobody_is_known_to_act_the_line_that_would_help_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("staff", "change", "lin", "--login", "somebody-else", "--reason", "换机")
    told = desk(*ORDER, code=3).err
    assert "nobody's login is 'tester'" in told
    assert "dispatchctl staff join ID --name NAME --role ROLE --login tester" in told
    desk("list")
    desk("policy", "check")


def test_3_no_folder_of_records(run: Callable[..., Result], isolated: Path) -> None:
    done = run("list")
    assert done.code == 3
    assert done.err.startswith("dispatchctl: no folder `records` here or above\nhint: make one: dispatchctl init")


# --- 4 ----------------------------------------------------------------------------------------------------------------


def test_4_a_state_that_forbids_it_is_named_with_what_may_happen(desk: Desk) -> None:
    desk(*ORDER)
    desk("cancel", "1", "--reason", "业主取消")
    before = desk.files()
    told = desk("triage", "1", "--dispatch", code=4).err
    assert "O-20261102-0001 is cancelled" in told
    assert "possible now: reopen" in told
    assert desk.files() == before


def test_4_a_time_in_the_future_or_before_the_case_began(desk: Desk) -> None:
    desk(*ORDER)
    desk("assign", "1", "wu")
    assert "2026-11-02T09:05:00+08:00 is in the future" in desk("ack", "1", "--at", "09:05", code=4).err
    assert "began at" in desk("ack", "1", "--at", "08:30", code=4).err


def test_4_a_clock_that_went_back(desk: Desk) -> None:
    desk(*ORDER)
    before = desk.files()
    assert "clock has gone back" in desk(*ORDER, code=4, now="2026-11-02T08:30:00+08:00").err
    assert desk.files() == before


def test_4_a_clock_that_is_wrong_now_or_was_wrong_then(desk: Desk) -> None:
    """The rows of a day on which it was a year ahead stand, and somebody else's files take the next ones."""
    ahead, now = "2027-11-02T09:00:00+08:00", desk.now
    order = desk(*ORDER, "-q").out.strip()
    later = desk(*ORDER, "-q", now=ahead).out.strip()
    before = desk.files()
    told = desk(*ORDER, code=4).err
    assert f"by the clock it is {now}, and the last row of the writer main was recorded at {ahead}" in told
    assert f"dispatchctl records writer CODE, or wait until {ahead}" in told
    assert desk.files() == before
    assert desk("triage", order, "--dispatch", now="2027-11-02T08:57:00+08:00").code == 0
    desk("records", "writer", "ZZ")
    assert desk(*ORDER, "-q").out.strip().split("-")[2] == "ZZ"
    assert "began at 2027-11-02" in desk("triage", later, "--dispatch", code=4).err
    assert desk("triage", later, "--dispatch", now="2027-11-02T09:30:00+08:00").code == 0
    assert desk("records", "check").code == 0


def test_4_a_month_sealed_by_a_clock_that_was_ahead(desk: Desk) -> None:
    desk("policy", "publish")
    desk("records", "seal", "--month", "2026-11", now="2026-12-01T09:00:00+08:00")
    for path in desk.folder.glob("records/*/2026-12.main.csv"):
        path.unlink()
    told = desk(*ORDER, code=4).err
    assert "2026-11 is sealed, and by the clock it is not over" in told
    assert "dispatchctl records writer CODE" in told
    desk("records", "writer", "ZZ")
    desk(*ORDER)


def test_4_now_records_nothing_outside_a_demo(desk: Desk) -> None:
    (desk.folder / "records/.demo").unlink()
    assert "--now" in desk(*ORDER, code=4).err
    assert "orders" not in "".join(desk.files())
    desk("list")
    assert "--as-of" in desk("--as-of", "now", *ORDER, code=4, now="").err


def test_4_a_short_id_that_several_have_names_them(desk: Desk) -> None:
    desk(*ORDER)
    desk(*ORDER, now="2026-11-03T09:00:00+08:00")
    told = desk("show", "1", code=4, now="2026-11-04T09:00:00+08:00").err
    assert "O-20261102-0001" in told
    assert "O-20261103-0001" in told
    assert desk("show", "1", "-q", now="2026-11-03T09:00:00+08:00").out == "O-20261103-0001\n"


def test_4_a_request_id_of_another_command(desk: Desk) -> None:
    desk(*ORDER, "--request-id", "k")
    assert "used for taken of O-20261102-0001" in desk("triage", "1", "--dispatch", "--request-id", "k", code=4).err


def test_4_some_of_a_batch_were_refused_and_the_rest_is_done(desk: Desk) -> None:
    for _ in range(3):
        desk(*ORDER)
    desk("assign", "1", "wu")
    desk("assign", "3", "wu")
    desk("ack", "A-20261102-0001")
    done = desk("ack", "A-20261102-0001", "A-20261102-0009", "A-20261102-0002", "-q", code=4)
    assert done.out == "A-20261102-0002\n"
    refused = [line.split(": ")[1] for line in done.err.split("\n") if line.startswith("dispatchctl: ")]
    assert sorted(refused) == ["A-20261102-0001", "A-20261102-0009"]


# --- 5 ----------------------------------------------------------------------------------------------------------------


def test_5_bad_records_stop_what_judges_and_name_file_and_line(desk: Desk) -> None:
    desk(*ORDER)
    path = desk.folder / "records/orders/2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace("漏水".encode(), "没水".encode()))
    for argv in (["overdue"], ["due", "1"], ["urge", "--all"], ["assign", "1", "wu"]):
        assert desk(*argv, code=5).err.startswith("dispatchctl: records/orders/2026-11.main.csv:2: ")


def test_5_bad_rules_name_file_and_line(desk: Desk) -> None:
    draft = desk.folder / "policies.yaml"
    draft.write_text(draft.read_text(encoding="utf-8").replace("timezone:", "timezone", 1), encoding="utf-8")
    assert re.match(r"dispatchctl: policies\.yaml:\d+: ", desk("overdue", code=5).err)
    assert re.match(r"dispatchctl: policies\.yaml:\d+: ", desk(*ORDER, code=5).err)


def test_5_bad_rows_of_a_file_are_named_and_the_good_ones_taken(desk: Desk) -> None:
    text = "kind,content\ninquiry,几点下班\nwish,x\ninquiry,\n"
    done = desk("new-order", "--from", "-", "-q", code=5, input=text)
    assert done.out == "O-20261102-0001\n"
    assert "dispatchctl: standard input:3: " in done.err
    assert "dispatchctl: standard input:4: " in done.err


# --- 6, 7, 75, 130 ----------------------------------------------------------------------------------------------------


def test_6_the_lock_was_not_free_and_readers_do_not_care(desk: Desk, held: None) -> None:
    before = desk.files()
    assert "--wait" in desk(*ORDER, "--wait", "0", code=6).err
    assert desk.files() == before
    desk("list")
    desk("overdue")
    desk("status")


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_7_a_write_that_fails_records_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    desk(*ORDER)
    write = os.write
    records = str(desk.folder.resolve() / "records/orders/")

    def fail(descriptor: int, data: bytes) -> int:
        if os.readlink(f"/proc/self/fd/{descriptor}").startswith(records):
            raise OSError(code, os.strerror(code))
        return write(descriptor, data)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc here")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        told = desk(*ORDER, code=7).err
    assert told.startswith("dispatchctl: records/orders/2026-11.main.csv: cannot be written: ")
    assert "nothing was recorded" in told
    assert desk("list", "-q").out == "O-20261102-0001\n"
    assert desk(*ORDER, "-q").out == "O-20261102-0002\n"


def test_75_a_sync_that_fails_names_the_row_and_may_be_retried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk(*ORDER)
    sync = os.fsync
    records = str(desk.folder.resolve() / "records/orders/")

    def fail(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").startswith(records):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc here")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        done = desk(*ORDER, "--request-id", "k", "-q", code=75)
    assert done.out == ""
    assert "orders/2026-11.main#2" in done.err
    assert "--request-id" in done.err
    again = desk(*ORDER, "--request-id", "k", "-q")
    assert again.out == "O-20261102-0002\n"
    assert desk("list", "-q").out == "O-20261102-0001\nO-20261102-0002\n"


@pytest.mark.parametrize("number", [signal.SIGINT])
def test_130_interrupted_while_waiting(desk: Desk, held: None, number: int) -> None:
    before = desk.files()
    process = start(desk, *ORDER, "--wait", "60")
    queue = f"/proc/{process.pid}/wchan"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
        if not os.path.exists(queue) or "lock" in Path(queue).read_text():
            break
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"dispatchctl: interrupted\n")
    assert desk.files() == before


def test_a_replay_is_done_and_says_so(desk: Desk) -> None:
    first = json.loads(desk(*ORDER, "--request-id", "k", "--json").out)
    again = desk(*ORDER, "--request-id", "k", "--json")
    # what is read back to the caller holds the contact, which anybody may see masked only once the call is over
    masked = "来电人张**，电话138****0001"
    repeated = json.loads(again.out)
    assert repeated["read_back"].startswith(masked)
    assert repeated == {**first, "replayed": True, "read_back": repeated["read_back"]}
    assert first["id"] in again.err
