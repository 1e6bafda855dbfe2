"""The desk that tests work at: a folder, the time it is there, and a way to act as anybody at any time.

`open_desk` gives it a small staff, `open_demo` whoever makes a demo; what a test needs beyond that it does by commands,
once, and copies (`copy_desk`). The days are those of November 2026: the 2nd is a Monday, and there is no public holiday
in the month. Business hours are 08:30-12:00 and 13:30-17:30.
"""

import csv
import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from surroundings import Kept
from transcripts import Result

FIRST = "2026-11-02T08:00:00+08:00"
DEMO_START = "2026-11-02T08:30:00+08:00"  # a Monday, when the desk of the demo opens

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


def forget_index(folder: Path) -> None:
    """Delete the index of the records in a folder."""
    from dispatchctl.cache import find_cache

    shutil.rmtree(find_cache(str(folder / "records")))


def publish_as_before(patch: Any) -> None:
    """From here on versions are published as by the releases that knew no editions. patch: pytest's monkeypatch."""
    from dispatchctl.desk.policy import publication
    from dispatchctl.policy.publishing import render_version

    def render(draft: bytes, days: dict[str, Any], defaults: object) -> bytes:
        return render_version(draft, days, edition=1)

    patch.setattr(publication, "render_version", render)


class Desk:
    """The folder, the time it is there, and its staff; every act goes through the command line.

    `run` runs a command line in that folder, as the fixture of that name does.
    """

    def __init__(self, run: Callable[..., Result], folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.now = november(2, "09:00")

    def clock(self, day: int, clock: str) -> None:
        """Set the time from now on."""
        self.now = november(day, clock)

    def forget_index(self) -> None:
        """Delete the index, as anybody may: what it has seen is not known any more."""
        forget_index(self.folder)

    def later(self, **span: float) -> str:
        """The time after a span, in the words of timedelta."""
        return (datetime.fromisoformat(self.now) + timedelta(**span)).isoformat()

    def wait(self, **span: float) -> None:
        """Let a span of time pass."""
        self.now = self.later(**span)

    def __call__(
        self,
        *argv: str,
        code: int | None = 0,
        now: str | None = None,
        input: str | bytes = "",
        env: dict[str, str] | None = None,
        **more: Any,
    ) -> Result:
        """Run one command as whoever sits here, the environment telling the time, and see how it ends.

        code: the exit code it must have, None for whatever it has. now: another time than the desk's, "" for the
        system's. A refusal is told in lines of the usual form.
        """
        now = self.now if now is None else now
        done = self.run(*argv, input=input, env={**({"DISPATCHCTL_NOW": now} if now else {}), **(env or {})}, **more)
        assert "internal fault" not in done.err, (argv, done.err)
        assert code is None or done.code == code, (argv, done)
        if done.code not in (0, 1):
            told = [line for line in done.err.split("\n") if line]
            assert told, (argv, done)
            assert all(line.startswith(("dispatchctl: ", "hint: ", "warning: ")) for line in told), done.err
        return done

    def out(self, *argv: str, **options: Any) -> str:
        """What a command prints."""
        return self(*argv, **options).out

    def read(self, *argv: str, **options: Any) -> Any:
        """The one document that a command prints with --format json."""
        return json.loads(self.out(*argv, "--format", "json", **options))

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

    def files(self) -> dict[str, bytes]:
        """Every file of the records by its path, but for the lock: what a refusal must leave as it was."""
        paths = [path for path in (self.folder / "records").rglob("*") if path.is_file() and path.name != ".lock"]
        return {str(path): path.read_bytes() for path in paths}

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


def open_desk(run: Callable[..., Result], folder: Path, first: str = FIRST) -> Desk:
    """A new demo folder with its staff; the time is an hour after the first: Monday the 2nd, 09:00."""
    desk = Desk(run, folder)
    desk.now = first
    made = run("init", "--demo", "--me", "mgr", "--name", STAFF["mgr"][0], "--now", first)
    assert made.code == 0, made.err
    for staff, (name, options) in list(STAFF.items())[1:]:
        desk.do("mgr", "staff", "join", staff, "--name", name, *options)
    desk.do("gm", "staff", "change", "mgr", *STAFF["mgr"][1])
    desk.wait(hours=1)
    return desk


def open_demo(run: Callable[..., Result], folder: Path) -> Desk:
    """A new demo folder with nobody but lin, a manager; the time is Monday the 2nd, 09:00."""
    made = run("init", "--demo", "--me", "lin", "--name", "林示例", "--now", DEMO_START)
    assert made.code == 0, made.err
    return Desk(run, folder)


Make = Callable[[Callable[..., Result], Path], Desk]
_kept: dict[Make, tuple[Kept, str]] = {}  # what a function made in this process: the folder, and the time there


def copy_desk(run: Callable[..., Result], folder: Path, make: Make = open_desk) -> Desk:
    """The folder as `make` leaves it, which is called once in a process; the others get copies."""
    if make not in _kept:
        desk = make(run, folder)
        _kept[make] = Kept(folder), desk.now
        return desk
    desk = Desk(run, folder)
    kept, desk.now = _kept[make]
    kept.put(folder)
    return desk
