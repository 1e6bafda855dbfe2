"""The system fails, or the process dies, at every call of a writing command: never half a command, never garbage.

Each command is run once for every call of every function it makes on the files, which fails or is its last.
"""

import errno
import json
import os
import shutil
from collections import Counter
from itertools import groupby
from unittest import mock

import pytest
from office import Office
from surroundings import LONG, Kept

COMMANDS = {
    "new-order": ("new-order", "--service", "plumbing", "--content", "新漏水", "--caller", "李示例", "--phone",
                  "138-0000-0002", "--address", "5号楼101"),
    "answered": ("new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "六点"),
    "assign": ("assign", "O-20261102-0002", "Amy"),
    "ack": ("ack", "A-20261102-0001", "--as", "zhao"),
    "ack-both": ("ack", "A-20261102-0001", "A-20261102-0002", "--as", "zhao"),
    "urge": ("urge", "--all"),
    "leave": ("staff", "leave", "Amy", "--kind", "resignation"),
    "complaint": ("complaint", "new", "--content", "来得晚", "--caller", "李示例", "--phone", "138-0000-0002",
                  "--resolved", "当面致歉", "--outcome", "concession"),
    "amend": ("amend", "O-20261102-0001", "content=卫生间漏水", "--reason", "听错了"),
}  # fmt: skip
CALLS = ("open", "write", "fsync", "pwrite", "ftruncate", "mkdir", "rename", "replace", "link", "unlink", "pread",
         "listdir", "fstat", "close")  # fmt: skip
CHANGING = ("open", "write", "fsync", "pwrite", "ftruncate", "mkdir", "close")


class Failing:
    """Counts the calls of one function of os; the k-th does what it is told to."""

    def __init__(self, name, at, act):
        self.name, self.at, self.act, self.calls = name, at, act, 0
        self.real = getattr(os, name)

    def __call__(self, *values, **named):
        self.calls += 1
        return self.act(self, values, named) if self.is_due() else self.real(*values, **named)

    def is_due(self):
        return self.calls == self.at


def fail(code):
    def act(call, values, named):
        if call.name == "close":  # it is closed all the same
            call.real(*values)
        raise OSError(code, os.strerror(code))

    return act


def write_half(call, values, named):
    call.real(values[0], bytes(values[1])[: len(values[1]) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def die_before(call, values, named):
    os._exit(9)


def die_after(call, values, named):
    try:
        call.real(*values, **named)
    finally:
        os._exit(9)


def die_in_the_middle(call, values, named):
    call.real(values[0], bytes(values[1])[: len(values[1]) // 2])
    os._exit(9)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder with three orders, of which two have a job that is late, and the time there."""
    from surroundings import isolate_environment

    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        isolate_environment(patch, home)
        office = Office(tmp_path_factory.mktemp("model")).begin()
        order = office.take()
        office.take(content="阳台漏水")
        office("assign", order, "zhao")
        office("assign", office.take(content="卫生间漏水"), "zhao", "--over-ceiling", "--reason", "人手不足")
        office.wait(days=3)
        return Kept(office.folder), office.now


@pytest.fixture
def office(model, isolated):
    return put(model, isolated / "office")


def put(model, path):
    """A folder as the model is."""
    path.mkdir()
    kept, now = model
    kept.put(path)
    office = Office(path)
    office.now = now
    return office


def copy(model, office, number):
    """Another such folder with an index of its own that is up to date."""
    fresh = put(model, office.folder.parent / f"copy{number}")
    fresh("list", "orders")
    return fresh


def read_rows(office):
    """Every whole row as (register, id, event, request_id), by a replay."""
    with office._books(office.without_cache()) as books:
        assert not books.index.faults()
        families = {row.ref: row for (root,) in books.index.db.execute("SELECT id FROM families").fetchall()
                    for row in books.index._rows_at(root, books.index.db.execute(
                        "SELECT places FROM families WHERE id = ?", (root,)).fetchone()[0])}  # fmt: skip
    return Counter((row.register, row.id, row.event, row.request_id) for row in families.values())


def list_closed(office):
    """What the group of a folder could not use, but for a file that has not taken its place yet."""
    paths = [path for path in office.records.rglob("*") if path.suffix not in (".new", ".tmp")]
    needed = {path: 0o070 if path.is_dir() else 0o060 for path in paths}
    return [path for path, bits in needed.items() if path.stat().st_mode & bits != bits]


def check_after(office, argv, code, before, wanted):
    """What must hold after a failure, and that the same command does what is missing, once."""
    after = read_rows(office)
    if code in (5, 7):
        assert after == before, "it says that nothing was recorded"
    if code == 0:
        assert after == wanted
    assert before <= after <= wanted
    if argv not in (COMMANDS["urge"], COMMANDS["ack-both"]):  # of those each item is a command of its own
        assert after in (before, wanted), "half a command"
    again = office(*argv, "--request-id", "k", "--json", code=None)
    assert again.code == 0, again
    assert read_rows(office) == wanted
    assert office("records", "check", code=None).code == 0
    office.check_index()
    shutil.rmtree(office.folder)


def count_wanted(model, office, argv):
    """The rows before and after the command where nothing fails, and its calls of each function."""
    shutil.rmtree(_run(copy(model, office, "warm"), argv).folder)  # what is imported for the first time makes calls too
    fresh = copy(model, office, "x")
    before = read_rows(fresh)
    with mock.patch.multiple(os, **{name: Failing(name, 0, None) for name in CALLS}):
        _run(fresh, argv)
        counts = {name: getattr(os, name).calls for name in CALLS}
    wanted = read_rows(fresh)
    assert wanted > before
    shutil.rmtree(fresh.folder)
    return before, wanted, counts


def choose(command, points):
    """Which points (name, act, number of the call) are tried: in the short form a spread, and one of each kind."""
    if LONG:
        return points
    step = 9 if command == "new-order" else 23
    chosen = [point for number, point in enumerate(points, 1) if number % step == len(command) % 3]
    kinds = {point[:2] for point in chosen}
    for kind, alike in groupby(points, key=lambda point: point[:2]):
        if kind not in kinds:
            rest = list(alike)
            chosen.append(rest[len(command) % len(rest)])
    return chosen


def _run(office, argv):
    office(*argv, "--request-id", "k")
    return office


@pytest.mark.heavy
@pytest.mark.parametrize("command", COMMANDS)
def test_the_system_fails_at_every_call(model, office, command, record_property):
    argv = COMMANDS[command]
    before, wanted, counts = count_wanted(model, office, argv)
    acts = {name: [fail(errno.EIO)] for name in CALLS}
    acts["write"] += [fail(errno.ENOSPC), write_half]
    points = [(name, act, at) for name in CALLS for act in acts[name] for at in range(1, counts[name] + 1)]
    tried, codes = choose(command, points), Counter()
    for number, (name, act, at) in enumerate(tried):
        fresh = copy(model, office, number)
        with mock.patch.object(os, name, Failing(name, at, act)):
            result = fresh(*argv, "--request-id", "k", code=None)
        rules = result.code == 5 and "polic" in result.err  # rules that cannot be read are told as such
        assert result.code in (0, 7, 75) or rules, (name, at, result)
        assert result.code == 0 or result.err.startswith("dispatchctl: "), (name, at, result)
        try:
            check_after(fresh, argv, result.code, before, wanted)
        except AssertionError as error:
            raise AssertionError(f"{name} {at}: {result}") from error
        codes[result.code] += 1
    record_property("tried", f"{len(tried)} of {len(points)}")
    print(f"exit codes {dict(codes)}")
    assert codes[7]
    assert codes[75] or not LONG


@pytest.mark.heavy
@pytest.mark.parametrize("command", COMMANDS)
def test_the_process_dies_at_every_call_that_changes_something(model, office, command, record_property):
    argv = COMMANDS[command]
    before, wanted, counts = count_wanted(model, office, argv)
    acts = {name: [die_before, die_after] for name in CALLS if name in CHANGING}
    acts["write"].append(die_in_the_middle)
    points = [(name, act, at) for name in acts for act in acts[name] for at in range(1, counts[name] + 1)]
    tried = choose(command, points)
    for number, (name, act, at) in enumerate(tried):
        fresh = copy(model, office, number)
        child = os.fork()
        if not child:
            os.umask(0o077)
            try:
                with mock.patch.object(os, name, Failing(name, at, act)):
                    fresh(*argv, "--request-id", "k", code=None)
            finally:
                os._exit(8)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == 9, (name, at, status)
        assert not list_closed(fresh), (name, act, at)
        try:
            check_after(fresh, argv, None, before, wanted)
        except AssertionError as error:
            raise AssertionError(f"{act.__name__} {name} {at}") from error
    record_property("tried", f"{len(tried)} of {len(points)}")
    assert len(tried) > (20 if LONG else 3)


@pytest.mark.parametrize(("command", "at", "code", "said"), [
    ("ack", 1, 6, "nothing more was recorded"),
    ("ack-both", 1, 6, "nothing more was recorded"),
    ("ack-both", 2, 75, "; recorded: "),
])  # fmt: skip
def test_a_lock_that_was_lost_to_another_machine(office, monkeypatch, command, at, code, said):
    """Its file was taken away, and that machine has made another one, been here, and gone."""
    from dispatchctl.desk import recording

    find, calls = recording.find_own_end, []

    def lose(*values):
        calls.append(values)
        if len(calls) == at:
            (office.records / ".lock").unlink()
            (office.records / ".lock").write_text("4711\n")
        return find(*values)

    before = read_rows(office)
    with monkeypatch.context() as patch:
        patch.setattr(recording, "find_own_end", lose)
        told = office(*COMMANDS[command], "--request-id", "k", code=code)
    assert "records/.lock: was taken away" in told.err
    assert said in told.err
    assert (read_rows(office) == before) == (code == 6)
    office(*COMMANDS[command], "--request-id", "k")
    assert len(read_rows(office) - before) == (2 if command == "ack-both" else 1)


# --- rules and seals --------------------------------------------------------------------------------------------------

KEPT = {
    "publish": ("policy", "publish"),
    "seal": ("records", "seal", "--month", "2026-11"),
}


@pytest.fixture(scope="module")
def december(tmp_path_factory):
    """A folder whose November is over and not sealed, with a draft that nobody has published."""
    from surroundings import isolate_environment

    with pytest.MonkeyPatch.context() as patch:
        isolate_environment(patch, tmp_path_factory.mktemp("home"))
        office = Office(tmp_path_factory.mktemp("december")).begin()
        office("policy", "publish")
        office.take()
        office.edit_rules((r"effective_from: [\d-]+", "effective_from: 2026-12-10"))
        return Kept(office.folder), "2026-12-02T09:00:00+08:00"


@pytest.mark.parametrize("command", KEPT)
def test_rules_and_seals_where_every_process_has_the_same_number(
    december, isolated, monkeypatch, command, record_property
):
    """As in a container: one is killed at a call, and the next one of its number does what is missing."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    argv = KEPT[command]
    office = put(december, isolated / "office")
    shutil.rmtree(_run(copy(december, office, "warm"), argv).folder)
    fresh = copy(december, office, "x")
    calls = (*CHANGING, "link", "unlink")
    with mock.patch.multiple(os, **{name: Failing(name, 0, None) for name in calls}):
        _run(fresh, argv)
        points = [(name, act, at) for name in calls for act in (die_before, die_after)
                  for at in range(1, getattr(os, name).calls + 1)]  # fmt: skip
    tried = (
        points if LONG else [*(point for point in points if point[0] in ("link", "unlink")), points[len(points) // 2]]
    )
    left = 0
    for number, (name, act, at) in enumerate(tried):
        fresh = copy(december, office, number)
        child = os.fork()
        if not child:
            try:
                with mock.patch.object(os, name, Failing(name, at, act)):
                    fresh(*argv, "--request-id", "k", code=None)
            finally:
                os._exit(8)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, (name, at)
        left += len(list(fresh.records.glob("*/.*.tmp")))
        faults = json.loads(fresh("records", "check", "--json", code=None).out)
        assert {fault["code"] for fault in faults} <= {"torn", "unrecorded-version"}, (name, act, at, faults)
        fresh(*argv, "--request-id", "k")
        assert list(fresh.records.glob("*/.*.tmp")) == []
        assert fresh("records", "check", code=None).code == 0
        assert fresh("records", "verify", code=None).code == 0
        shutil.rmtree(fresh.folder)
    record_property("tried", f"{len(tried)} of {len(points)}")
    assert left


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_can_be_read(office, code):
    real = os.open

    def refuse(path, flags, *rest, **named):
        if str(path).startswith(str(office.records)) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(code, os.strerror(code), path)
        return real(path, flags, *rest, **named)

    wanted = [office(*argv, "--json") for argv in (("overdue",), ("list", "orders"), ("show", "O-20261102-0001"))]
    files = {path: path.read_bytes() for path in office.records.rglob("*") if path.is_file()}
    with mock.patch.object(os, "open", refuse):
        for argv, result in zip((("overdue",), ("list", "orders"), ("show", "O-20261102-0001")), wanted, strict=True):
            assert office(*argv, "--json") == result
        for argv in COMMANDS.values():
            assert office(*argv, code=7).out == ""
    assert files == {path: path.read_bytes() for path in office.records.rglob("*") if path.is_file()}


def test_a_cache_that_cannot_be_used_costs_nothing_but_time(office):
    wanted = [office(*argv, "--json") for argv in (("overdue",), ("list", "orders"))]
    job = "A-20261102-0001"
    for env in (office.without_cache(), {"XDG_CACHE_HOME": "/proc/nowhere"}):
        assert [office(*argv, "--json", env=env) for argv in (("overdue",), ("list", "orders"))] == wanted
    assert json.loads(office("ack", job, "--as", "zhao", "--json", env=env).out)["state"] == "acknowledged"
    office.check_index()


def test_an_index_that_is_busy_is_passed_over(office, monkeypatch):
    import sqlite3

    from dispatchctl.store import index

    monkeypatch.setattr(index, "WAIT", 0.05)
    office("list", "orders")
    holder = sqlite3.connect(office.index, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    office("ack", "A-20261102-0001", "--as", "zhao")
    shown = json.loads(office("show", "A-20261102-0001", "--json").out)
    assert shown["state"] == "acknowledged"
    assert json.loads(office("urge", "--all", "--json").out)
    holder.close()
    office.check_index()


def test_a_cache_folder_on_a_full_disk(office, monkeypatch):
    """SQLite says that there is no room left: the command folds in memory."""
    import sqlite3

    from dispatchctl.store import generations

    class Full(sqlite3.Connection):
        def execute(self, text, *values):
            if text == "BEGIN IMMEDIATE" and self.execute("PRAGMA database_list").fetchone()[2]:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorname = "SQLITE_FULL"
                raise error
            return super().execute(text, *values)

    def connect(place, **named):
        return sqlite3.connect(place, factory=Full, **named)

    office("list", "orders")
    kept = office.index.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(generations, "sqlite3", mock.Mock(wraps=sqlite3, connect=connect, Error=sqlite3.Error))
        office("ack", "A-20261102-0001", "--as", "zhao")
        assert json.loads(office("show", "A-20261102-0001", "--json").out)["state"] == "acknowledged"
    assert office.index.read_bytes() == kept
    office.check_index()
