"""Many processes at one folder: ids unique and without gaps, nothing lost or done twice, and readers never fail."""

import contextlib
import io
import json
import multiprocessing
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from queue import Empty

import pytest
from office import Office
from surroundings import LONG

PROCESSES = int(os.environ.get("DISPATCHCTL_TEST_PROCESSES", "8"))
LONGEST = 100
COMMANDS = int(os.environ.get("DISPATCHCTL_TEST_COMMANDS", LONGEST if LONG else 50))
SHARED = 12  # assignments that everybody tries to acknowledge
SPAWN = multiprocessing.get_context("spawn")


def call(*argv):
    """(exit code, stdout, stderr) of one command in this process."""
    from dispatchctl.cli import main

    kept = sys.stdout, sys.stderr
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    sys.stdout, sys.stderr = out, err
    try:
        code = main(argv)
        for stream in (out, err):
            stream.flush()
        return code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()
    finally:
        sys.stdout, sys.stderr = kept


def work(folder, number, count, shared, queue):
    """Do `count` commands; put (argv, exit code, stdout, stderr) of each."""
    os.chdir(folder)
    chance = random.Random(number)
    done, mine = [], []
    for step in range(count):
        if step < len(shared):
            argv = ("ack", shared[(step + number) % len(shared)], "--as", "zhao", "-q")
        elif step == len(shared):
            argv = ("new-order", "--kind", "inquiry", "--content", "问路", "--request-id", "one", "-q")
        elif step == len(shared) + 1:
            argv = ("new-order", "--kind", "inquiry", "--content", "问路", "--source-ref", "one", "-q")
        elif not mine or chance.random() < 0.3:
            argv = ("new-order", "--service", "plumbing", "--content", f"漏水{number}之{step}", "--caller", "张示例",
                    "--phone", f"138-0000-{number:04}", "--address", f"{number}号楼501", "-q")  # fmt: skip
        else:
            order = chance.choice(mine)
            argv = chance.choice((
                ("assign", order, chance.choice(("zhao", "Amy")), "--over-ceiling", "--reason", "人手不足", "-q"),
                ("ack", order, "--as", "zhao", "-q"),
                ("start", order, "--as", "zhao", "-q"),
                ("complete", order, "--as", "zhao", "-q"),
                ("urge", "--all", "-q"),
                ("assign", "--all", "--auto", "-q"),
                ("staff", "change", "Amy", "--area", f"{step}号楼", "-q"),
            ))  # fmt: skip
        code, out, err = call(*argv)
        done.append((argv, code, out, err))
        if argv[0] == "new-order" and "--service" in argv and code == 0:
            mine.append(out.strip())
    queue.put(done)


def read(folder, stop, queue):
    """Read until told to stop; put the number of commands, and those that failed."""
    os.chdir(folder)
    count, failed, chosen = 0, [], ""
    while not stop.is_set():
        for argv in (("overdue", "--json"), ("list", "orders", "--json"), ("list", "assignments", "--json"),
                     ("status",), ("due", "--all", "--json"), ("show", "O-1", "--json")):  # fmt: skip
            if argv[0] == "show":
                if not chosen:
                    continue
                argv = ("show", chosen, "--json")
            code, out, err = call(*argv)
            count += 1
            if argv[1:2] == ("orders",) and code == 0:
                chosen = json.loads(out)[-1]["id"]
            if code or err:
                failed.append((argv, code, err))
    queue.put((count, failed))


@pytest.fixture
def office(isolated, monkeypatch):
    """A demo folder on a disk, whose clock is the system's, as in a real one."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        monkeypatch.setenv("XDG_CACHE_HOME", os.path.join(folder, "cache"))
        yield begin_desk(Path(folder) / "work")


def begin_desk(folder):
    folder.mkdir()
    os.chdir(folder)
    office = Office(folder)
    for argv in (
        ("init", "--demo", "--me", "lin", "--name", "林示例"),
        ("staff", "join", "zhao", "--name", "赵示例", "--role", "field", "--skill", "plumbing", "--regular"),
        ("staff", "join", "Amy", "--name", "艾示例", "--role", "field", "--skill", "plumbing", "--regular"),
    ):
        assert call(*argv)[0] == 0
    return office


def begin_jobs():
    jobs = []
    for number in range(SHARED):
        order = call("new-order", "--service", "plumbing", "--content", f"水管{number}", "--caller", "张示例",
                     "--phone", "138-0000-0001", "--address", "3号楼501", "-q")[1].strip()  # fmt: skip
        code, job, err = call("assign", order, "zhao", "--over-ceiling", "--reason", "人手不足", "-q")
        assert code == 0, err
        jobs.append(job.strip())
    return jobs


@pytest.mark.heavy
def test_writers_and_readers_at_once(office, record_property, monkeypatch):
    jobs = begin_jobs()
    monkeypatch.setenv("DISPATCHCTL_AS", "lin")  # the login of the processes is not the one that the fixture makes up
    monkeypatch.setenv("DISPATCHCTL_WAIT", "60")
    queue, readings, stop = SPAWN.Queue(), SPAWN.Queue(), SPAWN.Event()
    reader = SPAWN.Process(target=read, args=(str(office.folder), stop, readings))
    workers = [
        SPAWN.Process(target=work, args=(str(office.folder), each, COMMANDS, jobs, queue)) for each in range(PROCESSES)
    ]
    for process in (reader, *workers):
        process.start()
    try:
        done = [each for _ in workers for each in queue.get(timeout=600)]
        stop.set()
        count, failed = readings.get(timeout=60)
    finally:
        for process in (reader, *workers):
            process.join(10)
            process.kill()
    record_property("tried", f"{len(done)} of {PROCESSES * LONGEST}")
    print(f"{PROCESSES} processes, {len(done)} commands; meanwhile {count} readings")
    assert not failed, failed[:3]
    check_codes(done)
    check_ids(office, done)
    check_races(done, jobs)
    code, _, err = call("records", "check")
    assert code == 0, err
    office.check_index()


def check_codes(done):
    bad = [each for each in done if each[1] not in (0, 3, 4) or "fault" in each[3]]
    assert not bad, bad[:3]
    assert sum(code == 0 for _, code, _, _ in done) > len(done) / 3


def read_rows(office, register):
    for file in sorted((office.records / register).glob("*.csv")):
        for line in file.read_text(encoding="utf-8").split("\n")[1:-1]:
            yield line.split(",")


def check_ids(office, done):
    """Ids count from 1 without gaps, every printed one is on file once, and nothing is there that nobody was told."""
    printed = [line for argv, code, out, _ in done if argv[0] == "new-order" and code == 0 for line in out.split()]
    for register, event in (("orders", "taken"), ("assignments", "assigned"), ("notices", "urged")):
        ids = [cells[3] for cells in read_rows(office, register) if cells[4] == event]
        days = Counter(each[:-5] for each in ids)
        wanted = [f"{day}-{number:04}" for day, size in days.items() for number in range(1, size + 1)]
        assert sorted(ids) == sorted(wanted)
        if register == "orders":
            assert len(ids) == SHARED + len(set(printed))
            assert set(printed) <= set(ids)
    contacts = (office.records / "private" / "contacts.csv").read_text(encoding="utf-8").split("\n")[1:-1]
    names = [line.split(",")[0] for line in contacts]
    assert len(names) == len(set(names))


def check_races(done, jobs):
    for job in jobs:
        codes = sorted(code for argv, code, _, _ in done if argv[:2] == ("ack", job))
        assert codes == [0] + [4] * (PROCESSES - 1), (job, codes)
    for option in ("--request-id", "--source-ref"):
        printed = {out for argv, code, out, _ in done if option in argv}
        assert len(printed) == 1, (option, printed)
        assert all(code == 0 for argv, code, _, _ in done if option in argv)


def create(folder, start, queue):
    os.chdir(folder)
    start.wait()
    queue.put((call("list", "orders", "--json"), call("overdue", "--json")))


def test_processes_that_make_the_index_at_once(office):
    order = begin_jobs()
    queue, start = SPAWN.Queue(), SPAWN.Event()
    processes = [SPAWN.Process(target=create, args=(str(office.folder), start, queue)) for _ in range(6)]
    for process in processes:
        process.start()
    office.index.unlink()
    start.set()
    found = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert all(each == found[0] for each in found)
    assert found[0][0][0] == 0
    assert len(json.loads(found[0][0][1])) == len(order)
    office.check_index()
    assert Path(office.index).exists()


# --- the file of the lock taken away --------------------------------------------------------------------------------


TAKERS, TAKEN = 4, 40 if LONG else 8  # processes, and orders that each takes


def test_another_command_is_kept_out_though_the_lock_file_is_gone(office, monkeypatch):
    from dispatchctl.store import journal

    encode, others = journal._encode_groups, []

    def interrupt(*values):
        if not others:
            others.append(None)
            (office.records / ".lock").unlink()
            others[0] = call("new-order", "--kind", "inquiry", "--content", "乙", "-q", "--wait", "0.1")
        return encode(*values)

    assert call("new-order", "--kind", "inquiry", "--content", "零", "-q")[0] == 0
    with monkeypatch.context() as patch:
        patch.setattr(journal, "_encode_groups", interrupt)
        code, out, err = call("new-order", "--kind", "inquiry", "--content", "甲", "-q")
    assert (code, others[0][0]) == (0, 6), (err, others)
    again = call("new-order", "--kind", "inquiry", "--content", "乙", "-q")
    ids = [cells[3] for cells in read_rows(office, "orders")]
    assert [number[-4:] for number in ids] == ["0001", "0002", "0003"]
    assert [out.strip(), again[1].strip()] == ids[1:]
    assert call("records", "check")[0] == 0


def take_orders(folder, number, queue):
    os.chdir(folder)
    orders = [("new-order", "--kind", "inquiry", "--content", f"问{number}之{step}", "-q") for step in range(TAKEN)]
    queue.put([call(*argv) for argv in orders])


def test_writers_while_the_lock_file_is_removed_again_and_again(office, record_property, monkeypatch):
    monkeypatch.setenv("DISPATCHCTL_AS", "lin")
    monkeypatch.setenv("DISPATCHCTL_WAIT", "60")
    queue, lock, removed = SPAWN.Queue(), office.records / ".lock", 0
    workers = [SPAWN.Process(target=take_orders, args=(str(office.folder), each, queue)) for each in range(TAKERS)]
    for process in workers:
        process.start()
    done = []
    try:
        while len(done) < TAKERS:
            with contextlib.suppress(FileNotFoundError):
                lock.unlink()
                removed += 1
            with contextlib.suppress(Empty):
                done.append(queue.get(timeout=0.001))
    finally:
        for process in workers:
            process.join(10)
            process.kill()
    results = [each for some in done for each in some]
    printed = [out.strip() for code, out, _ in results if code == 0]
    print(f"{removed} times removed; {len(printed)} orders, {len(results) - len(printed)} told to try again")
    record_property("counted", f"{removed} removals")
    assert removed > TAKERS
    assert all(code in (0, 6) for code, _, _ in results), results
    ids = sorted(cells[3] for cells in read_rows(office, "orders"))
    assert ids == sorted(printed)
    assert [int(each[-4:]) for each in ids] == list(range(1, len(ids) + 1))
    assert len(ids) > len(results) / 2
    code, _, err = call("records", "check")
    assert code == 0, err
