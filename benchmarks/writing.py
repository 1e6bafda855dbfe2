"""Commands of a history, gathered month by month, and the files they become: times, ids, the store's own lines."""

import os
from bisect import bisect
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from dispatchctl.registers import SHIPPED
from dispatchctl.registers.page import HEAD, TAIL, list_columns
from dispatchctl.store.files import FILE_MODE
from dispatchctl.store.lines import encode_header, encode_line

ZONE = timezone(timedelta(hours=8))
END = datetime(2026, 11, 20, 16, 0, tzinfo=ZONE)  # a Friday afternoon
END_AT = int(END.timestamp())
DAY = 86400
HOUR = 3600
OFFSET = 8 * HOUR
OPENING, CLOSING = int(8.5 * HOUR), int(17.5 * HOUR)
MICRO = 1_000_000
#: the registers that the history has rows in, in the order that they are written
REGISTERS = (
    "audit", "staff", "orders", "assignments", "complaints", "followups", "ledger", "notices", "attendance", "training",
)  # fmt: skip


class Case:
    """A case whose id is known once its first row is written, in the order of time."""

    __slots__ = ("id", "letter")

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.id = ""

    def __str__(self) -> str:
        return self.id


class Item(NamedTuple):
    """An item of a case, a measure of a complaint."""

    case: Case
    number: int

    def __str__(self) -> str:
        return f"{self.case.id}#{self.number}"


class Fact(NamedTuple):
    """A row that a charge may rest on, as it was written. own: the register's own columns."""

    register: str
    reference: str
    case: str
    at: str
    own: list[str]

    def get(self, field: str) -> str:
        """One of its columns."""
        return self.own[LAYOUTS[self.register].places[field]]


# One command: when, a number that keeps equal times in order, the register, its rows. A row: case (an id, or one that
# gets it when it is written), event, who, the register's own columns, note. A cell may name a case or an item.
Cell = str | Case | Item
Row = tuple["str | Case", str, str, "list[Cell]", str]
Command = tuple[int, int, str, list[Row]]


class Layout(NamedTuple):
    """A register's own columns, and a row of them with nothing in it."""

    places: dict[str, int]
    blank: list[Cell]


def _lay_out(register: str) -> Layout:
    own = list_columns(SHIPPED.get(register))[len(HEAD) : -len(TAIL)]
    return Layout({name: place for place, name in enumerate(own)}, [""] * len(own))


LAYOUTS = {name: _lay_out(name) for name in REGISTERS}
BLANKS = {name: layout.blank for name, layout in LAYOUTS.items()}
NAMING = ("complaints", "followups", "notices")  # whose cells may name a case or an item
RESTED_ON = (("complaints", "ruled-valid"), ("attendance", "late"))  # what entries of the ledger are written about


def fill(register: str, **fields: Cell) -> list[Cell]:
    """The register's own columns with these fields in their places; `class_` is the column `class`."""
    places, values = LAYOUTS[register].places, LAYOUTS[register].blank.copy()
    for name, text in fields.items():
        values[places[name.rstrip("_")]] = text
    return values


# --- times --------------------------------------------------------------------------------------------------------

_days: dict[int, str] = {}
_seconds = [f"T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(DAY)]


def show_day(number: int) -> str:
    """A day counted from 1970-01-01, as YYYY-MM-DD."""
    text = _days.get(number)
    if text is None:
        text = _days[number] = date.fromordinal(719163 + number).isoformat()
    return text


def show_time(at: int) -> str:
    """Seconds since 1970 as ISO 8601 at +08:00."""
    day, second = divmod(at + OFFSET, DAY)
    return f"{show_day(day)}{_seconds[second]}+08:00"


def day_of(at: int) -> int:
    """The day of a time, counted from 1970-01-01."""
    return (at + OFFSET) // DAY


def is_weekend(day: int) -> bool:
    """Whether a day counted from 1970-01-01, a Thursday, is a Saturday or Sunday."""
    return (day + 3) % 7 > 4


def move_to_hours(at: int) -> int:
    """The time itself within the office hours of a weekday, else soon after the next ones begin; no holidays."""
    day, second = divmod(at + OFFSET, DAY)
    if second > CLOSING:
        day, second = day + 1, OPENING + second % HOUR
    second = max(second, OPENING + second % HOUR)
    while is_weekend(day):
        day += 1
    return day * DAY + second - OFFSET


def start_of(day: date) -> int:
    """Seconds since 1970 of the day's first."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())


# --- commands -----------------------------------------------------------------------------------------------------


class Agenda:
    """What happens, as commands in their month's list. months: the first days of all, and of the one after."""

    def __init__(self, months: list[date]) -> None:
        self.months = [start_of(day) for day in months]
        self._commands: dict[int, list[Command]] = {place: [] for place in range(len(months))}
        self._count = 0

    def put(self, at: int, register: str, rows: list[Row]) -> bool:
        """Enter a command; False where it lies after the end of the history, so that nothing can follow it."""
        if at > END_AT:
            return False
        self._count += 1
        self._commands[bisect(self.months, at) - 1].append((at, self._count, register, rows))
        return True

    def take(self, place: int) -> list[Command]:
        """The commands of a month in the order of time; nothing may be entered for it any more."""
        return sorted(self._commands.pop(place), key=lambda each: each[:2])


# --- files --------------------------------------------------------------------------------------------------------


class Writer:
    """The files of one register: month by month, one chain."""

    def __init__(self, folder: str, register: str) -> None:
        self.folder, self.register = f"{folder}/{register}", register
        self.columns = list_columns(SHIPPED.get(register))
        self.crc = self.before = self.seq = self.rows = 0
        self.lines: list[bytes] = []

    def begin(self) -> None:
        """Start a month's file."""
        self.before = self.crc
        header, self.crc = encode_header(self.columns, self.crc)
        self.seq, self.lines = 0, [header]

    def add(self, at: str, stamp: str, by: str, case: str, event: str, own: list[str], note: str, last: bool) -> None:
        """One row; `last` of its command."""
        self.seq += 1
        seq = str(self.seq) if last else f"{self.seq}+"
        line, self.crc = encode_line([at, stamp, by, case, event, *own, "", "", note, seq], self.crc)
        self.lines.append(line)

    def finish(self, month: str) -> None:
        """Write the file, unless the register has no row in that month."""
        if self.seq == 0:
            self.crc = self.before
            return
        os.makedirs(self.folder, mode=0o2770, exist_ok=True)
        path = f"{self.folder}/{month}.main.csv"
        with open(path, "wb") as file:
            file.writelines(self.lines)
        os.chmod(path, FILE_MODE)
        self.rows += self.seq
        self.lines = []


class Books:
    """Commands to rows in the files: ids, times of recording, the chain."""

    def __init__(self, folder: str) -> None:
        self.writers = {name: Writer(folder, name) for name in REGISTERS}
        self.counts: dict[tuple[str, str], int] = {}
        self.recorded = 0

    def write_month(self, month: str, commands: list[Command]) -> list[Fact]:
        """The month's files; what a charge may rest on."""
        for writer in self.writers.values():
            writer.begin()
        facts: list[Fact] = []
        for at, number, register, rows in commands:
            self.recorded = max(self.recorded + 1, at * MICRO + number % MICRO)
            second, rest = divmod(self.recorded, MICRO)
            shown, whole = show_time(at), show_time(second)
            stamp = f"{whole[:19]}.{rest:06d}{whole[19:]}"
            writer = self.writers[register]
            for left, (case, event, by, cells, note) in enumerate(rows, 1 - len(rows)):
                if isinstance(case, Case):
                    name = case.id = case.id or self._number(case.letter, shown)
                else:
                    name = case
                own: list[str] = list(map(str, cells)) if register in NAMING else cells  # type: ignore[assignment]
                writer.add(shown, stamp, by, name, event, own, note, left == 0)
                if (register, event) in RESTED_ON:
                    facts.append(Fact(register, f"{register}/{month}.main#{writer.seq}", name, shown, own))
        for writer in self.writers.values():
            writer.finish(month)
        return facts

    def _number(self, letter: str, shown: str) -> str:
        day = shown[:10].replace("-", "")
        number = self.counts[letter, day] = self.counts.get((letter, day), 0) + 1
        return f"{letter}-{day}-{number:04d}"
