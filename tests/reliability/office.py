"""A small office at work: a demo folder, commands at a clock that moves on, and what the index says against a replay.

The replay is a process's fold in memory with no cache at all; whatever was done to the cache, the same must come out.
"""

import gc
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from desks import Desk, copy_desk
from surroundings import remember_rules
from transcripts import Result, run_program

from dispatchctl.cache import find_cache
from dispatchctl.desk.books import Books
from dispatchctl.registers import SHIPPED
from dispatchctl.store.index import find_generations
from dispatchctl.workspace import Workspace

START = "2026-11-02T08:30:00+08:00"
REFUSED = (0, 3, 4)  # a random command is done, or refused by name or state
OUTPUTS = (
    ("overdue",),
    ("overdue", "--soon", "1d"),
    ("due", "--all"),
    ("list", "orders"),
    ("list", "assignments"),
    ("list", "staff"),
    ("list", "notices"),
    ("worklist", "lin"),
    ("worklist", "zhao"),
    ("status",),
)


class Office(Desk):
    """A desk in a folder of its own, one of several perhaps, whose index is compared with a replay."""

    def __init__(self, folder: Path) -> None:
        super().__init__(partial(run_in, folder), folder)
        self.records = folder / "records"
        self.now = START

    def __call__(self, *argv: str, **options: Any) -> Result:
        """As any desk; a failed command leaves its connection to the end of the process, which here goes on."""
        done = super().__call__(*argv, **options)
        if done.code:
            gc.collect()
        return done

    def begin(self) -> "Office":
        """Fill the folder: a desk, and two in the field."""
        copy_desk(self.run, self.folder, open_office)
        return self

    @property
    def index(self) -> Path:
        """The index's file; nobody has it open once every command has ended."""
        gc.collect()
        cache = find_cache(str(self.records))
        return Path(find_generations(cache).newest() or os.path.join(cache, "index.sqlite"))

    def without_cache(self) -> dict[str, str]:
        """The environment of a command that can keep no cache: the folder for it cannot be made."""
        blocked = self.folder / "no-cache"
        blocked.touch()
        return {"XDG_CACHE_HOME": str(blocked)}

    def check_outputs(self, cases: list[str]) -> None:
        """Every output, of these cases too, is that of a replay."""
        for argv in (*OUTPUTS, *(("show", case) for case in cases), *(("due", case) for case in cases)):
            cached = self(*argv, "--json", code=None)
            with remember_rules():
                assert cached == self(*argv, "--json", code=None, env=self.without_cache()), argv

    def check_index(self) -> dict[str, list[Any]]:
        """The tables hold what those of a replay hold; they are returned."""
        with self._books({}) as books:
            try:
                kept = dump(books)
            except sqlite3.DatabaseError as error:  # as the command line does it
                assert books.recover(error)  # noqa: PT017
                kept = dump(books)
            assert books.index.place
        with self._books(self.without_cache()) as books:
            assert not books.index.place
            fresh = dump(books)
        for name in fresh:
            assert kept[name] == fresh[name], name
        return kept

    @contextmanager
    def _books(self, env: dict[str, str]) -> Iterator[Books]:
        before = dict(os.environ)
        os.environ.update({"DISPATCHCTL_NOW": self.now, "DISPATCHCTL_RECORDS": str(self.records), **env})
        try:
            with remember_rules():
                books = Books(Workspace())
            yield books
            books.settle()
        finally:
            os.environ.clear()
            os.environ.update(before)


def run_in(folder: Path, *argv: str, input: str | bytes = "", env: dict[str, str] | None = None) -> Result:
    """Run the program in process in a folder."""
    return run_program(argv, stdin=input, env=env, cwd=folder)


def open_office(run: Callable[..., Result], folder: Path) -> Office:
    """A demo folder with lin at the desk and two in the field."""
    office = Office(folder)
    office("init", "--demo", "--me", "lin", "--name", "林示例")
    for staff, name in (("zhao", "赵示例"), ("Amy", "艾示例")):
        office("staff", "join", staff, "--name", name, "--role", "field", "--skill", "plumbing", "--regular",
               "--manager", "lin")  # fmt: skip
    return office


def bring(source: Office, target: Office, *, registers: Sequence[str] = ("*",), months: str = "") -> None:
    """Copy the other writer's record files, as git would; private files stay where they are."""
    code = (source.records / ".writer").read_text().strip()
    for register in registers:
        for file in sorted(source.records.glob(f"{register}/{months}*.{code}*.csv")):
            (target.records / file.parent.name).mkdir(exist_ok=True)
            shutil.copyfile(file, target.records / file.parent.name / file.name)


def same_tables(offices: Sequence[Office]) -> dict[str, list[Any]]:
    """What two offices' indexes both say, each as a replay gives it; their contacts and counters are their own."""
    one, other = (office.check_index() for office in offices)
    for name in one:
        if name not in ("contacts", "counters"):
            assert one[name] == other[name], name
    return one


def dump(books: Books) -> dict[str, list[Any]]:
    """All that the tables say, in an order and with names of files that do not depend on when what was read."""
    db = books.index.db
    found: dict[str, list[Any]] = {}
    judged = (*SHIPPED.names, "clocks", "charges", "facts", "scores", *books.book.counted)
    for table in (*judged, "requests", "sources", "counters", "faults"):
        rows = db.execute(f'SELECT * FROM "{table}"').fetchall()
        if table in judged:  # what their families are called is nobody's business
            names = [each[1] for each in db.execute(f'PRAGMA table_info("{table}")')]
            rows = [tuple(value for name, value in zip(names, row, strict=True) if name != "family") for row in rows]
        found[table] = sorted(rows, key=repr)
    found["families"] = sorted(
        sorted(row.ref + row.id for row in books.index.family_rows(case))
        for register in SHIPPED.names
        for (case,) in db.execute(f'SELECT id FROM "{register}"').fetchall()
    )
    found["contacts"] = db.execute("SELECT id, place, length FROM contacts ORDER BY id").fetchall()
    found["files"] = db.execute(
        "SELECT name, register, month, writer, part, size, seq, crc, columns, recorded, crc_before FROM files"
        " ORDER BY name"
    ).fetchall()
    return found


def live(office: Office, chance: random.Random, steps: int) -> Iterator[int]:
    """A random history: after each of `steps` commands, its exit code, which is one of REFUSED."""
    for number in range(steps):
        office.wait(minutes=chance.choice((0, 1, 10, 45, 240, 1500)))
        argv = _choose_command(office, chance, number)
        result = office(*argv, code=None)
        assert result.code in REFUSED, (argv, result)
        yield result.code


def _choose_command(office: Office, chance: random.Random, number: int) -> tuple[str, ...]:
    orders = [each["id"] for each in json.loads(office("list", "orders", "--json").out)]
    jobs = [each["id"] for each in json.loads(office("list", "assignments", "--json").out)]
    staff = ("lin", "zhao", "Amy")
    actor = ("--as", chance.choice(staff))
    if not orders or chance.random() < 0.15:
        return ("new-order", "--service", chance.choice(("plumbing", "给排水维修")), "--content", f"漏水{number}",
                "--caller", "张示例", "--phone", f"138-0000-{chance.randrange(4):04}", "--address",
                f"{chance.randrange(3)}号楼501", "--source-ref", f"s{chance.randrange(40)}", "-q")  # fmt: skip
    order = chance.choice(orders[-6:])
    if not jobs or chance.random() < 0.25:
        return chance.choice((
            ("triage", order, "--dispatch", *actor),
            ("assign", order, chance.choice(staff), "--request-id", f"k{chance.randrange(60)}"),
            ("assign", "--all", "--auto"),
            ("urge", "--all"),
            ("cancel", order, "--reason", "业主取消"),
            ("reopen", order, "--reason", "还没好"),
            ("close", order, "--answered", "已修好"),
            ("amend", order, f"content=漏水更正{number}", "--reason", "听错了"),
            ("reprice", order, "60", "--reason", "加料"),
            ("bill", order, "--amount", "50", "--reason", "前台不在"),
            ("paid", order, "--amount", chance.choice(("20", "30.50")), "--reason", "前台不在"),
            ("amend", order, "amount=25", "--reason", "记错了"),
            ("staff", "change", chance.choice(staff), "--area", "1号楼"),
            ("staff", "change", "zhao", "--manager", chance.choice(("lin", "Amy"))),
            ("staff", "leave", "Amy", "--kind", "resignation"),
            ("staff", "join", "Amy", "--name", "艾示例", "--role", "field", "--skill", "plumbing", "--regular"),
            ("retract", chance.choice((order, "Amy")), "--reason", "记错了"),
        ))  # fmt: skip
    job = chance.choice(jobs[-6:])
    return chance.choice((
        ("ack", job, *actor),
        ("start", job, *actor),
        ("progress", job, "--note", "配件已到", *actor),
        ("pause", job, "--reason", "waiting-parts", *actor),
        ("resume", job, *actor),
        ("complete", job, *actor),
        ("confirm", job),
        ("rework", job, "--reason", "还在漏"),
        ("decline", job, "--reason", "去不了", *actor),
        ("reassign", job, chance.choice(staff), "--reason", "换人"),
        ("withdraw", job, "--reason", "不用了"),
        ("ask-extension", job, "--until", office.later(days=2), "--reason", "等配件", *actor),
        ("grant-extension", job),
        ("retract", job, "--reason", "记错了"),
        ("undo",),
    ))  # fmt: skip
