"""An index is made anew, or found damaged, while others have it open: nobody reads half of two, and nobody fails."""

import contextlib
import io
import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import pytest
from office import Office, dump
from surroundings import LONG

from dispatchctl.cache import find_cache
from dispatchctl.desk import itemwise, recording
from dispatchctl.desk.books import Books
from dispatchctl.store import generations
from dispatchctl.store.generations import Generations
from dispatchctl.store.index import find_generations
from dispatchctl.workspace import Workspace

SPAWN = multiprocessing.get_context("spawn")
LONGEST = 150  # commands a process
COMMANDS = LONGEST if LONG else 25


@pytest.fixture
def office(isolated):
    return Office(isolated).begin()


def open_books(office):
    return Books(Workspace({"records": str(office.records), "now": office.now}))


def list_files(office):
    return sorted(path.name for path in office.index.parent.glob("index.*"))


def spoil_table(place, name):
    """Overwrite the page that a table begins with: opening the index does not read it."""
    with contextlib.closing(sqlite3.connect(place)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    data = bytearray(Path(place).read_bytes())
    data[(page - 1) * size : page * size] = b"\xa5" * size
    Path(place).write_bytes(data)


# --- under whoever has it open ------------------------------------------------------------------------------------


def test_who_has_it_open_goes_on_with_it_while_it_is_made_anew(office):
    order = office.take()
    books = open_books(office)
    before, old = dump(books), books.index.place
    office("records", "rebuild")
    assert str(office.index) != old
    assert not os.path.exists(old)
    assert dump(books) == before
    office("amend", order, "priority=high", "--reason", "业主着急")
    books.catch_up()  # writes into files that have no name any more
    assert books.index.place == old
    assert books.index.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert dump(books) == office.check_index()
    books.settle()
    office.check_index()
    assert not any(old in str(path) for path in office.index.parent.iterdir()), "closing it left something behind"


def test_a_removed_one_is_not_made_again_by_who_is_about_to_open_it(office, monkeypatch):
    """Between the listing and the opening, and between the opening and the first access."""
    office.take()
    wanted = office("list", "orders", "--json").out
    for place in ("newest", "connect"):
        removed, old = [], str(office.index)

        def rebuild(made, removed=removed):
            if not removed:
                removed.append(made)
                office("records", "rebuild")
            return made

        with monkeypatch.context() as patch:
            if place == "newest":
                newest = Generations.newest
                patch.setattr(Generations, "newest", lambda self, newest=newest: rebuild(newest(self)))
            else:
                patch.setattr(generations, "sqlite3", Wrapped(rebuild))
            assert office("list", "orders", "--json").out == wanted
        assert removed
        assert not os.path.exists(old)
        assert str(office.index) != old
        assert len(list_files(office)) == 1
    office.check_index()


class Wrapped:
    """The module sqlite3, where something happens after `connect`."""

    def __init__(self, happen):
        self.connect = lambda *args, **named: happen(sqlite3.connect(*args, **named))

    def __getattr__(self, name):
        return getattr(sqlite3, name)


def test_a_name_is_never_given_again_and_nothing_piles_up(office):
    office.take()
    names = [office.index.name]
    for number in range(6):
        if number == 3:
            shutil.rmtree(office.index.parent)
        if number % 2:
            office.index.write_bytes(b"no database at all" * 100)
        office("records", "rebuild")
        office("list")
        names.append(office.index.name)
        assert list_files(office) == [office.index.name]
    assert len(set(names)) == len(names)


def test_what_was_left_over_goes_and_what_is_being_made_stays(office):
    office.take()
    folder, name = office.index.parent, office.index.name
    stays = {"index.new-11.sqlite", "index.new-11.sqlite-wal", "part-2026-11.sqlite", "rules.marshal", name}
    goes = {
        "index.new-22.sqlite",
        "index.new-22.sqlite-wal",
        "index.sqlite.4711",
        "index.0-3.sqlite-wal",
        "index.sqlite-wal",
    }
    for each in (stays | goes) - {"rules.marshal", name}:
        (folder / each).write_bytes(b"text")
    old = time.time() - generations.MADE_IN - 60
    os.utime(folder / "index.new-22.sqlite", (old, old))
    office("list")
    assert {path.name for path in folder.iterdir()} == stays


def test_two_that_make_one_at_once_are_both_right_and_one_stays(office):
    office.take()
    first, second = open_books(office), open_books(office)
    wanted = dump(first)
    assert dump(second) == wanted
    damage, seen, folder = sqlite3.DatabaseError("malformed"), str(office.index), office.index.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Generations, "newest", lambda self: seen)  # both have looked before either has made one
        for books in (first, second):
            assert books.recover(damage)
    assert len(list(folder.glob("index.*.sqlite"))) == 3
    assert dump(first) == wanted
    assert dump(second) == wanted
    assert first.index.place == second.index.place
    assert len(list(folder.glob("index.*.sqlite"))) == 1
    third = open_books(office)
    assert dump(third) == wanted
    for books in (first, second, third):
        books.settle()
    assert list_files(office) == [office.index.name]


def test_who_finds_it_damaged_takes_the_one_that_another_has_made(office):
    office.take()
    first, second = open_books(office), open_books(office)
    wanted = dump(first), dump(second)
    for books in (first, second):
        assert books.recover(sqlite3.DatabaseError("database disk image is malformed"))
    assert (dump(first), dump(second)) == wanted
    assert [int(first.index.place.rpartition("index.")[2].partition("-")[0])] == [2]
    assert first.index.place == second.index.place


# --- of an older release ------------------------------------------------------------------------------------------


def test_the_index_of_an_older_release_goes_on_and_is_cleared_away_with_the_next(office):
    office.take()
    old = office.index.with_name("index.sqlite")
    office.index.rename(old)
    with contextlib.closing(sqlite3.connect(old)) as db, db:
        db.execute("UPDATE meta SET value = '3 0.1 x ' || ? WHERE key = 'stamp'", (f"{office.records} ",))
        db.execute("INSERT INTO seen VALUES ('orders/2026-10.main', 7)")
    assert "7 rows of it had been read" in office("list").err
    assert office.index == old
    office("records", "rebuild")
    assert not old.exists()
    assert "7 rows of it had been read" in office("list").err, "what was seen is forgotten"


# --- damage -------------------------------------------------------------------------------------------------------


def cut_last_row(path):
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def test_what_a_damaged_one_had_seen_is_not_forgotten(office):
    office.take()
    spoil_table(office.index, "clocks")
    cut_last_row(office.records / "orders/2026-11.main.csv")
    old = office.index
    assert "its end is gone" in office("overdue", "--json").err
    assert office.index != old
    assert "its end is gone" in office("new-order", "--kind", "inquiry", "--content", "问路", code=5).err


def begin_jobs(office, count):
    orders = [office.take() for _ in range(count)]
    return [
        office("assign", order, "zhao", "--over-ceiling", "--reason", "人手不足", "-q").out.strip() for order in orders
    ]


INPUTS = {
    "ids": (("ack", "-", "--as", "zhao", "-q"), "assignments"),
    "ids and NUL": (("ack", "-0", "-", "--as", "zhao", "-q"), "assignments"),
    "rows": (("new-order", "--from=-", "-q"), "contacts"),
    "rules": (("policy", "check", "-", "--json"), "faults"),
    "history": (("records", "import", "-", "--map", "map.yaml", "--json"), "sources"),
}
MAP = """
register: orders
columns: {source_ref: ref, at: when, content: what}
constants: {kind: inquiry, channel: phone}
"""


@pytest.mark.parametrize("name", INPUTS)
def test_a_command_that_has_read_its_input_reads_it_once_more(office, name):
    """The damage shows in the middle of it, when standard input has been read."""
    jobs = begin_jobs(office, 3)
    (office.folder / "map.yaml").write_text(MAP, encoding="utf-8")
    argv, table = INPUTS[name]
    given = {
        "ids": "\n".join(jobs),
        "ids and NUL": "\0".join(jobs),
        "rows": "kind,content,caller,phone,address\ninquiry,几点下班,张示例,138-0000-0001,3号楼501\n",
        "rules": (office.folder / "policies.yaml").read_text(encoding="utf-8"),
        "history": "ref,when,what\nW-1,2026-11-01 09:00,几点下班\n",
    }[name]
    spoil_table(office.index, table)
    old = office.index
    done = office(*argv, input=given)
    assert done.err == "" or name == "rules"
    assert "no faults" in done.err or name != "rules"
    assert office.index != old, "the damage did not show"
    if name.startswith("ids"):
        assert done.out.split() == jobs
        assert [json.loads(office("show", job, "--json").out)["state"] for job in jobs] == ["acknowledged"] * 3
    elif name != "rules":
        assert len(json.loads(office("list", "orders", "--json").out)) == 4
    office.check_index()


def test_damage_in_the_middle_of_a_batch_costs_nothing(office, monkeypatch):
    """What is done stays done; the item under way had recorded nothing, and is taken once more."""
    jobs = begin_jobs(office, 3)
    plan, calls = itemwise.plan_group, []

    def fail(*args, **named):
        calls.append(args)
        if len(calls) == 2:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return plan(*args, **named)

    monkeypatch.setattr(itemwise, "plan_group", fail)
    old = office.index
    assert office("ack", *jobs, "--as", "zhao", "-q").out.split() == jobs
    assert len(calls) == 4
    assert office.index != old
    events = [row["event"] for job in jobs for row in json.loads(office("show", job, "--json").out)["events"]]
    assert events == ["assigned", "acknowledged"] * 3
    office.check_index()


def test_an_index_that_lacks_what_it_names_is_damaged(office):
    """SQLite need not notice: a page that was overwritten can pass for one with nothing on it."""
    jobs = begin_jobs(office, 2)
    with contextlib.closing(sqlite3.connect(office.index)) as db, db:
        (number,) = db.execute("SELECT no FROM files WHERE register = 'assignments'").fetchone()
        db.execute("UPDATE files SET no = no + 100 WHERE no = ?", (number,))
    old = office.index
    assert office("ack", *jobs, "--as", "zhao", "-q").out.split() == jobs
    assert office.index != old
    office.check_index()


def test_what_is_asked_again_about_an_item_counts_once(office, monkeypatch):
    """The damage shows after it was decided: a line has the key that it had, and nothing is told twice."""
    plan, met = itemwise.plan_group, set()

    def fail(books, register, actor, steps, *rest):
        if steps and str(steps) not in met:
            met.add(str(steps))
            raise sqlite3.DatabaseError("database disk image is malformed")
        return plan(books, register, actor, steps, *rest)

    rows = "".join(f"inquiry,问{number},张示例,138-0000-0001,3号楼501\n" for number in (1, 2))
    (office.folder / "calls.csv").write_text(f"kind,content,caller,phone,address\n{rows}", encoding="utf-8")
    monkeypatch.setattr(itemwise, "plan_group", fail)
    first = office("new-order", "--from", "calls.csv", "-q").out.split()
    assert len(first) == len(met) == 2
    assert office("new-order", "--from", "calls.csv", "-q").out.split() == first
    monkeypatch.undo()
    begin_jobs(office, 2)
    office.now = "2026-12-04T09:00:00+08:00"
    met.clear()
    monkeypatch.setattr(itemwise, "plan_group", fail)
    urged = json.loads(office("urge", "--all", "--as", "zhao", "--json").out)
    assert met
    assert len({each["id"] for each in urged}) == len(urged) == len(json.loads(office("list", "notices", "--json").out))


# --- an import, and a batch, while others make it anew ------------------------------------------------------------


def test_a_batch_and_an_import_go_on_while_the_index_is_made_anew(office, monkeypatch):
    from dispatchctl import sizes

    jobs = begin_jobs(office, 4)
    monkeypatch.setattr(sizes, "ITEMS_LOCKED", 1)
    monkeypatch.setattr(sizes, "ROWS_APPENDED", 2)
    rebuilt = []
    lock = recording.Lock.__init__

    def begin(self, *args):
        rebuilt.append(json.loads(office("records", "rebuild", "--json").out)["place"])
        lock(self, *args)

    (office.folder / "map.yaml").write_text(MAP, encoding="utf-8")
    rows = "".join(f"W-{number},2026-11-01 09:0{number},几点下班\n" for number in range(9))
    monkeypatch.setattr(recording.Lock, "__init__", begin)
    assert office("ack", "-", "--as", "zhao", "-q", input="\n".join(jobs)).out.split() == jobs
    done = office("records", "import", "-", "--map", "map.yaml", "--json", input=f"ref,when,what\n{rows}")
    monkeypatch.undo()
    assert json.loads(done.out)["imported"] == 9
    assert len(set(rebuilt)) == len(rebuilt) > 6
    assert len(json.loads(office("list", "orders", "--json").out)) == 4 + 9
    assert office("records", "check").code == 0
    office.check_index()


# --- real processes -----------------------------------------------------------------------------------------------


def call(*argv, given=""):
    """(exit code, stdout, stderr) of one command in this process."""
    from dispatchctl.cli import main

    kept = sys.stdin, sys.stdout, sys.stderr
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (given.encode(), b"", b"")]
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        code = main(argv)
        for stream in streams[1:]:
            stream.flush()
        return code, *(stream.buffer.getvalue().decode() for stream in streams[1:])
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept


def work(folder, kind, jobs, count, queue):
    """Run commands of a kind; put (kind, argv, exit code, stdout, stderr) of each."""
    os.chdir(folder)
    done = []
    for step in range(count):
        if kind == "rebuild":
            argv, given = ("records", "rebuild", "--json"), ""
        elif kind == "read":
            argv, given = ("due", "-", "--json"), "\n".join(jobs)
        elif kind == "batch":
            argv, given = ("progress", "-", "--as", "zhao", "--note", f"第{step}次", "-q"), "\n".join(jobs)
        else:
            argv, given = ("new-order", "--kind", "inquiry", "--content", f"第{step}次", "-q"), ""
        done.append((kind, argv, *call(*argv, given=given)))
    queue.put(done)


def spoil(folder, stop, queue):
    """Overwrite pages of the newest generation again and again; put how many."""
    os.chdir(folder)
    chance, count = random.Random(3), 0
    while not stop.wait(0.15):
        place = find_generations(find_cache(os.path.join(folder, "records"))).newest()
        with contextlib.suppress(OSError), open(place, "r+b", buffering=0) as file:
            pages = os.fstat(file.fileno()).st_size // 4096
            for page in chance.sample(range(pages), pages // 3):
                os.pwrite(file.fileno(), chance.randbytes(4096), page * 4096)
                count += 1
    queue.put(count)


@pytest.mark.heavy
def test_processes_that_read_write_rebuild_and_spoil_at_once(isolated, record_property, monkeypatch):
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        monkeypatch.setenv("XDG_CACHE_HOME", os.path.join(folder, "cache"))
        monkeypatch.setenv("DISPATCHCTL_WAIT", "60")
        (Path(folder) / "work").mkdir()
        os.chdir(Path(folder) / "work")
        office = Office(Path(folder) / "work")
        assert call("init", "--demo", "--me", "lin", "--name", "林示例")[0] == 0
        assert call("staff", "join", "zhao", "--name", "赵示例", "--role", "field", "--skill", "plumbing")[0] == 0
        monkeypatch.setenv("DISPATCHCTL_AS", "lin")
        jobs = []
        for _ in range(3):
            order = call("new-order", "--service", "plumbing", "--content", "漏水", "--caller", "张示例",
                         "--phone", "138-0000-0001", "--address", "3号楼501", "-q")[1].strip()  # fmt: skip
            job = call("assign", order, "zhao", "--over-ceiling", "--reason", "人手不足", "-q")[1].strip()
            assert call("ack", job, "--as", "zhao")[0] == 0
            assert call("start", job, "--as", "zhao")[0] == 0
            jobs.append(job)
        queue, spoiled, stop = SPAWN.Queue(), SPAWN.Queue(), SPAWN.Event()
        kinds = ("rebuild", "read", "batch", "write")
        spoiler = SPAWN.Process(target=spoil, args=(str(office.folder), stop, spoiled))
        workers = [SPAWN.Process(target=work, args=(str(office.folder), kind, jobs, COMMANDS, queue)) for kind in kinds]
        for process in (spoiler, *workers):
            process.start()
        try:
            done = [each for _ in workers for each in queue.get(timeout=600)]
            stop.set()
            pages = spoiled.get(timeout=60)
        finally:
            for process in (spoiler, *workers):
                process.join(10)
                process.kill()
        malformed = [each for each in done if "malformed" in each[4]]
        failed = [each for each in done if each[2] or each[4]]
        record_property("tried", f"{len(done)} of {len(kinds) * LONGEST}")
        told = f"{len(done)} commands, {pages} pages spoiled; {len(malformed)} malformed, {len(failed)} failed"
        print(told)
        assert pages > 10, told
        assert not failed, (told, failed[:3])
        taken = [out.strip() for kind, _, _, out, _ in done if kind == "write"]
        ids = [item["id"] for item in json.loads(call("list", "orders", "--json")[1])]
        assert sorted(ids) == sorted({*ids, *taken})
        assert len(ids) == len(jobs) + len(set(taken)) == len(jobs) + COMMANDS
        for job in jobs:
            told = [row["event"] for row in json.loads(call("show", job, "--json")[1])["events"]]
            assert told.count("progress") == COMMANDS
        assert call("records", "check")[0] == 0
        office.check_index()
        assert len(list_files(office)) < 10


@pytest.mark.parametrize("name", ["100% & #1?", "缓存 目录", os.fsdecode(b"\xff\xfe")])
def test_a_cache_folder_may_have_any_name(office, isolated, name):
    env = {"XDG_CACHE_HOME": str(isolated / name)}
    order = office.take()
    assert json.loads(office("show", order, "--json", env=env).out)["id"] == order
    (place,) = Path(os.fsencode(isolated / name).decode(errors="surrogateescape")).rglob("index.*.sqlite")
    assert office("report", "monthly", "--month", "2026-11", "--json", env=env).code == 0
    assert office("doctor", env=env, code=None).code == 0
    assert place.exists()
