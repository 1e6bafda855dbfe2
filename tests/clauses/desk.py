"""A desk to try the clauses on: a demo folder with a small staff, and a way to act as any of them at any time.

The days are those of November 2026: the 2nd is a Monday, and there is no public holiday in the month. Business hours
are 08:30-12:00 and 13:30-17:30.
"""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from surroundings import Kept
from transcripts import Result

FIRST = "2026-11-02T08:00:00+08:00"

# id: (name, options of `staff join`). The first is entered by `init`, the others join in this order.
STAFF = {
    "mgr": ("方示例", ("--role", "manager", "--department", "desk", "--manager", "gm", "--heads", "desk")),
    "gm": ("甘示例", ("--role", "general-manager", "--regular")),
    "sup-d": ("苏示例", ("--role", "supervisor", "--department", "desk", "--manager", "mgr", "--regular")),
    "sup-e": (
        "孙示例",
        ("--role", "supervisor", "--department", "engineering", "--manager", "mgr", "--heads", "engineering"),
    ),
    "lin": ("林示例", ("--role", "desk", "--department", "desk", "--manager", "sup-d", "--regular")),
    "pan": (
        "潘示例",
        ("--role", "field", "--department", "engineering", "--manager", "sup-e", "--skill", "plumbing"),
    ),
    "shui": (
        "水示例",
        ("--role", "field", "--department", "engineering", "--manager", "sup-e", "--skill", "plumbing"),
    ),
    "dian": (
        "田示例",
        ("--role", "field", "--department", "engineering", "--manager", "sup-e", "--skill", "electrical"),
    ),
    "wai": (
        "外协示例公司",
        ("--role", "contractor", "--department", "engineering", "--manager", "sup-e", "--skill", "carpentry"),
    ),
}

CALL = {
    "service": "plumbing",
    "content": "厨房水管漏水",
    "caller": "张示例",
    "phone": "138-0000-0001",
    "address": "3号楼2单元501",
}


def november(day: int, clock: str) -> str:
    """A moment of November 2026 in the desk's timezone: `november(2, "09:30")`."""
    return f"2026-11-{day:02}T{clock if clock.count(':') == 2 else clock + ':00'}+08:00"


def option_pairs(values: dict[str, Any]) -> list[str]:
    """{"source_ref": "W-1", "read_back": True} as `--source-ref W-1 --read-back`; None leaves an option out."""
    words: list[str] = []
    for name, value in values.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            words.append(option)
        elif value is not None:
            words += [option, str(value)]
    return words


class Desk:
    """The folder, the time it is there, and its staff; every act goes through the command line."""

    def __init__(self, run: Callable[..., Result], folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.now = november(2, "09:00")

    def clock(self, day: int, clock: str) -> None:
        """Set the time from now on."""
        self.now = november(day, clock)

    def act(self, who: str, *argv: str, **options: Any) -> Result:
        """Run one command as a person, at the time it is."""
        return self.run("--now", self.now, "--as", who, *argv, **options)

    def do(self, who: str, *argv: str, **options: Any) -> Any:
        """The same in JSON; it must be done without a refusal."""
        done = self.act(who, *argv, "--json", **options)
        assert done.code == 0, (argv, done.err)
        return json.loads(done.out)

    def refuse(self, code: int, who: str, *argv: str, **options: Any) -> str:
        """The same, to be refused with this exit code, having recorded nothing; what stderr says."""
        before = self.count()
        done = self.act(who, *argv, **options)
        assert (done.code, done.out) == (code, ""), (argv, done)
        assert self.count() == before
        assert done.err.startswith("dispatchctl: ")
        return done.err

    def take(self, who: str = "lin", **fields: Any) -> str:
        """Take CALL with these fields changed (None: left out) and return the order's id."""
        return str(self.do(who, "new-order", *option_pairs({**CALL, **fields}))["id"])

    def send(self, order: str, staff: str, *options: str, who: str = "lin") -> str:
        """Assign an order and return the lead's assignment."""
        sent = self.do(who, "assign", order, staff, *options)
        return str((sent[0] if isinstance(sent, list) else sent)["id"])

    def show(self, case: str) -> dict[str, Any]:
        """What `show` prints of a case."""
        item = self.do("lin", "show", case)
        assert isinstance(item, dict)
        return item

    def state(self, case: str) -> str:
        """The state a case is in."""
        return str(self.show(case)["state"])

    def due(self, case: str, clock: str) -> dict[str, Any]:
        """The latest instance of a clock of that very case."""
        found = [each for each in self.do("lin", "due", case) if (each["case"], each["clock"]) == (case, clock)]
        assert found, f"{case} has no clock {clock}"
        return dict(found[-1])

    def overdue(self, *options: str) -> list[dict[str, Any]]:
        """What `overdue` lists."""
        items = self.do("lin", "overdue", *options)
        assert isinstance(items, list)
        return items

    def late(self) -> set[tuple[str, str]]:
        """(case, clock) of everything that is late now."""
        return {(each["case"], each["clock"]) for each in self.overdue()}

    def urge(self, *words: str, who: str = "lin") -> list[dict[str, Any]]:
        """What `urge` (of these words, else of everything) recorded."""
        done = self.act(who, "urge", *(words or ("--all",)), "--json")
        assert done.code == 0, done.err
        return json.loads(done.out) if done.out else []

    def rows(self, register: str) -> list[dict[str, str]]:
        """The rows of a register as they stand on disk, oldest first."""
        found = []
        for path in sorted(self.folder.glob(f"records/{register}/*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                found += list(csv.DictReader(file))
        return found

    def count(self) -> int:
        """How many rows all registers hold, the private contacts included."""
        return sum(path.read_bytes().count(b"\n") for path in self.folder.glob("records/*/*.csv"))

    def edit_rules(self, *changes: tuple[str, str]) -> None:
        """Change the rules, which nobody has published yet; each pattern must stand in them."""
        path = self.folder / "policies.yaml"
        text = path.read_text(encoding="utf-8")
        for pattern, new in changes:
            text, count = re.subn(pattern, new, text, count=1)
            assert count, pattern
        path.write_text(text, encoding="utf-8")


def open_desk(run: Callable[..., Result], folder: Path) -> Desk:
    """A new demo folder with its staff; the time is Monday the 2nd, 09:00."""
    desk = Desk(run, folder)
    desk.now = FIRST
    made = run("init", "--demo", "--me", "mgr", "--name", STAFF["mgr"][0], "--now", FIRST)
    assert made.code == 0, made.err
    for staff, (name, options) in list(STAFF.items())[1:]:
        desk.do("mgr", "staff", "join", staff, "--name", name, *options)
    desk.do("mgr", "staff", "change", "mgr", *STAFF["mgr"][1])
    desk.clock(2, "09:00")
    return desk


_kept: list[Kept] = []  # the desk that the first test of this process made


def copy_desk(run: Callable[..., Result], folder: Path) -> Desk:
    """The folder as such a desk, before the first call; made by the first test and copied for the others."""
    if not _kept:
        desk = open_desk(run, folder)
        _kept.append(Kept(folder))
        return desk
    _kept[0].put(folder)
    return Desk(run, folder)
