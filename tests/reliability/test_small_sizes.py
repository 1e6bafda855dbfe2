"""Two writers, kill -9 and looking back, at thresholds of 1, 2, 3 and 7: the counts are printed at the end of the run.

A threshold bounds how much is done at a time, so a process that dies between two pieces leaves more states behind the
smaller it is. Whatever was acknowledged is there once, the same command does what is missing, and the index is what a
replay gives.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path
from unittest import mock

import pytest
from office import Office, bring, live, same_tables
from small import count_rows
from surroundings import LONG

MAP = """
register: orders
columns: {source_ref: ref, at: when, content: what, caller: who, phone: phone, address: where}
constants: {kind: request}
events:
  - {event: closed, at: closed, columns: {answer: answer}}
"""
KILLS = 60 if LONG else 2  # of each kind at each size
ROUNDS = 40 if LONG else 2


# --- two writers --------------------------------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(12 if LONG else 1))
def test_two_clones_that_exchange_rows_at_random(isolated, size, seed, record_property):
    """Whatever came when: both indexes are what a replay gives, and in the end both say the same."""
    chance = random.Random(100 * size + seed)
    (isolated / "main").mkdir()
    main = Office(isolated / "main").begin()
    shutil.copytree(main.folder, isolated / "sz")
    sz = Office(isolated / "sz")
    sz.now = main.now
    sz("records", "writer", "SZ")
    offices, commands, checks = (main, sz), 0, 0
    for _ in range(ROUNDS):
        for office in offices:
            commands += sum(1 for _ in live(office, chance, 4))
        late = max(office.now for office in offices)
        for office in offices:
            office.now = late
        source, target = chance.sample(offices, 2)
        bring(source, target)
        if chance.random() < 0.5:
            target.check_index()
            checks += 1
    bring(main, sz)
    bring(sz, main)
    same_tables(offices)
    for office in offices:  # what two offices did of one thing is found, and no more
        assert {each["code"] for each in find_faults(office)} <= {"conflict", "duplicate-source", "duplicate-request"}
    rows = count_rows(*(office.records for office in offices))
    record_property("counted", f"{commands} commands, {rows} rows, {checks + 4} checks")


def find_faults(office):
    return [each for each in json.loads(office("records", "check", "--json", code=None).out) if each["code"] != "torn"]


# --- kill -9 ------------------------------------------------------------------------------------------------------


def prepare(folder):
    """A desk with seven jobs of zhao's, and what commands read."""
    office = Office(folder).begin()
    for number in range(7):
        order = office.take(content=f"漏水{number}")
        office("assign", order, "zhao", "--over-ceiling", "--reason", "人手不足")
    office.wait(minutes=20)
    lines = ["ref,what,who,phone,where,when,closed,answer"]
    for number in range(9):
        who = number % 4
        lines.append(f"W-{number},漏水{number},张示例{who},138-0000-00{who:02},{who}号楼,2026-10-0{number + 1}T09:00,"
                     f"2026-10-1{number}T09:00,修好{number}")  # fmt: skip
    (folder / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    calls = [{"kind": "inquiry", "content": f"问路{number}", "answered": "向东"} for number in range(7)]
    (folder / "calls.jsonl").write_text("".join(json.dumps(each) + "\n" for each in calls), encoding="utf-8")
    return office


COMMANDS = {
    "import": lambda office: ("records", "import", f"{office.folder}/a.csv", "--map", f"{office.folder}/map.yaml"),
    "batch": lambda office: ("ack", *[f"A-20261102-{number:04}" for number in range(1, 8)], "--as", "zhao",
                             "--request-id", "k"),
    "calls": lambda office: ("new-order", "--from", str(office.folder / "calls.jsonl"), "--request-id", "k"),
}  # fmt: skip


def run_in_fork(office, argv, name="", at=0, after=False):
    """The process of a command that dies at the at-th call of a function of os; without a name, whoever kills it."""
    child = os.fork()
    if child:
        return child
    try:
        calls = 0
        real = getattr(os, name or "getpid")

        def die(*values, **named):
            nonlocal calls
            calls += 1
            if calls == at and not after:
                os._exit(9)
            try:
                return real(*values, **named)
            finally:
                if calls == at:
                    os._exit(9)

        if name:
            with mock.patch.object(os, name, die):
                office(*argv, code=None)
        else:
            office(*argv, code=None)
        os._exit(0)
    finally:
        os._exit(8)


def count_said(office):
    """What the rows say, without what differs between two runs of a command: how often each."""
    rows = []
    for register in ("orders", "assignments"):
        if (office.records / register).is_dir():
            rows += [
                (register, row["event"], row["source_ref"], row["content"], row["at"]) for row in office.rows(register)
            ]
    return Counter(rows)


@pytest.mark.heavy
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_many_pieces_that_is_killed_and_run_again(isolated, size, command, record_property):
    """At random calls that change the disk, and by SIGKILL at random moments."""
    chance = random.Random(f"{size} {command}")
    (isolated / "model").mkdir()
    model = prepare(isolated / "model")
    argv = COMMANDS[command]
    whole = copy(model, isolated / "whole")
    counts = {}
    with mock.patch.multiple(os, **{name: mock.Mock(side_effect=getattr(os, name)) for name in ("write", "fsync")}):
        begun = time.monotonic()
        whole(*argv(whole), code=None)
        counts = {name: getattr(os, name).call_count for name in ("write", "fsync")}
    took = time.monotonic() - begun
    before, wanted = count_said(model), count_said(whole)
    assert before < wanted
    kills, rows = 0, 0
    for number in range(KILLS):
        office = copy(model, isolated / f"copy{number}")
        if number % 2:
            child = run_in_fork(office, argv(office))
            time.sleep(chance.random() * took)
            os.kill(child, signal.SIGKILL)
        else:
            name = chance.choice(("write", "fsync"))
            child = run_in_fork(office, argv(office), name, chance.randint(1, counts[name]), chance.random() < 0.5)
        kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
        assert before <= count_said(office) <= wanted
        done = office(*argv(office), code=None)
        assert done.code == 0, done
        assert count_said(office) == wanted
        assert not find_faults(office)
        check_ids(office)
        office.check_index()
        rows += count_rows(office.records)
        shutil.rmtree(office.folder)
    record_property("counted", f"{2 * KILLS} commands, {kills} kills, {rows} rows, {KILLS} checks")


def copy(model, folder):
    """The same desk in a folder of its own."""
    shutil.copytree(model.folder, folder)
    office = Office(folder)
    office.now = model.now
    office("list", "orders")
    return office


def check_ids(office):
    """Ids count from 1 without gaps within their day; no contact stands there twice."""
    for register, event in (("orders", "taken"), ("assignments", "assigned")):
        ids = [row["id"] for row in office.rows(register) if row["event"] == event]
        days = Counter(each[:-5] for each in ids)
        assert sorted(ids) == sorted(
            f"{day}-{number:04}" for day, size in days.items() for number in range(1, size + 1)
        )
    contacts = (office.records / "private" / "contacts.csv").read_text(encoding="utf-8").split("\n")[1:-1]
    names = [line.split(",")[0] for line in contacts if not line.endswith(",torn")]
    assert len(names) == len(set(names))


@pytest.mark.heavy
def test_two_processes_at_one_folder_are_killed_at_random(isolated, size, record_property):
    """Each takes orders under keys of its own; what it acknowledged through a pipe is there once, nothing is twice."""
    chance = random.Random(size)
    office = prepare(isolated)
    reading, writing = os.pipe()
    keys, children, kills = Counter(), {}, 0

    def start(name):
        child = os.fork()
        if child:
            children[name] = child
            return
        try:
            for number in range(keys[name], 10**6):
                key = f"{name}-{number}"
                words = ("new-order", "--kind", "inquiry", "--content", key, "--answered", "好", "-q", "--wait", "60")
                done = office(*words, "--request-id", key, code=None)
                if done.code == 0:
                    os.write(writing, f"{key} {done.out.strip()}\n".encode())
        finally:
            os._exit(8)

    told = b""
    os.set_blocking(reading, False)
    for name in ("one", "two"):
        start(name)
    while kills < 3 * KILLS:
        time.sleep(chance.uniform(0.02, 0.25))
        name = chance.choice(("one", "two"))
        os.kill(children[name], signal.SIGKILL)
        os.waitpid(children[name], 0)
        kills += 1
        told += drain(reading)
        keys[name] = sum(line.startswith(f"{name}-") for line in told.decode().split("\n"))
        start(name)
    for child in children.values():
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
    told += drain(reading)
    os.close(reading)
    os.close(writing)
    said = dict(line.split() for line in told.decode().split("\n") if line)
    rows = [row for row in office.rows("orders") if row["request_id"] and row["event"] == "taken"]
    written = Counter(row["request_id"] for row in rows)
    assert set(written.values()) <= {1}
    assert {row["request_id"]: row["id"] for row in rows if row["request_id"] in said} == said
    assert len(written) - len(said) <= kills  # written, and killed before it could say so
    office.take(content="之后")
    assert not find_faults(office)
    check_ids(office)
    office.check_index()
    record_property("counted", f"{len(written)} commands, {kills} kills, {count_rows(office.records)} rows, 1 check")


def drain(reading):
    found = b""
    while True:
        try:
            piece = os.read(reading, 1 << 16)
        except BlockingIOError:
            return found
        if not piece:
            return found
        found += piece


# --- looking back -------------------------------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(20 if LONG else 1))
def test_looking_back_and_an_index_that_is_harmed(isolated, size, seed, record_property):
    """--as-of at random moments is what the files gave that ended there; a harmed index is made anew as it was."""
    chance = random.Random(1000 + 10 * size + seed)
    office = Office(isolated / "desk")
    office.folder.mkdir()
    office.begin()
    moments: list[tuple[str, Path]] = []
    commands = checks = 0
    for number, _ in enumerate(live(office, chance, 18)):
        commands += 1
        if number in (5, 11):
            then = isolated / f"then{number}"
            shutil.copytree(office.folder, then)
            moments.append((office.now, then))
            office.wait(minutes=1)
        if chance.random() < 0.15 and office.index.exists():
            harm(office, chance)
        if chance.random() < 0.1:
            office.check_index()
            checks += 1
    for moment, folder in moments:
        then = Office(folder)
        then.now = moment
        for argv in (("overdue",), ("due", "--all"), ("list", "orders"), ("list", "assignments")):
            assert office(*argv, "--json", "--as-of", moment).out == then(*argv, "--json").out, argv
            checks += 1
    kept = office.check_index()
    office("records", "rebuild")
    assert office.check_index() == kept
    record_property("counted", f"{commands} commands, {count_rows(office.records)} rows, {checks + 2} checks")


def harm(office, chance):
    """The index is deleted, cut, or loses a table."""
    kind = chance.randrange(3)
    if kind == 0:
        office.index.unlink()
    elif kind == 1:
        os.truncate(office.index, chance.randrange(office.index.stat().st_size))
    else:
        with sqlite3.connect(office.index) as db:
            db.execute(f"DROP TABLE {chance.choice(('clocks', 'orders', 'files', 'families'))}")
        db.close()
