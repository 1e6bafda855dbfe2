"""The private pay lines, `private/pay.csv`, kept by hand: read as a whole, every fault of it told by line.

Layer: store. Columns staff,from,line,amount; a line holds from its month on until a later one of the same person and
line. The file is never written here, never sealed, and no amount of it may reach a message, but for what those who may
see pay are warned of (desk/staff/pay).
"""

import os
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from dispatchctl.errors import BadData, Fault
from dispatchctl.store.files import open_regular, read_bytes, read_size
from dispatchctl.store.folder import PRIVATE, Folder

COLUMNS = ("staff", "from", "line", "amount")
BASE, INSURANCE, YEAR_END = LINES = ("base", "insurance", "year-end")
LARGEST = 8 << 20  # bytes
OTHERS = 0o077  # the modes by which group and others could read or write it
MONTH = re.compile(r"(19[789][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
AMOUNTS = "an amount with at most two places, such as 5200 or 5200.00"


class PayLine(NamedTuple):
    """One line of the file. since: YYYY-MM, the first month it holds in. line: one of LINES; number: in the file."""

    staff: str
    since: str
    line: str
    amount: Decimal
    number: int


class PayFile(NamedTuple):
    """What the file says. label: as messages name it. open_to_others: its mode lets others than its owner at it."""

    label: str
    lines: tuple[PayLine, ...]
    open_to_others: bool

    def find(self, staff: str, line: str, month: str) -> PayLine | None:
        """The line that holds for a person in a month (YYYY-MM): the latest that began by then."""
        known = [each for each in self.lines if (each.staff, each.line) == (staff, line) and each.since <= month]
        return max(known, key=lambda each: each.since, default=None)


def read_pay(folder: Folder) -> PayFile | None:
    """The file, None where there is none; BadData with every fault by line, and for what is no regular file."""
    path = f"{folder.path}/{PRIVATE}/pay.csv"
    label = f"{folder.label}/{PRIVATE}/pay.csv"
    try:
        with open_regular(path, label) as descriptor:
            size = read_size(descriptor, label)
            if size > LARGEST:
                raise BadData(f"has more than {LARGEST >> 20} MiB", place=label)
            data = read_bytes(descriptor, 0, size, label)
            mode = os.fstat(descriptor).st_mode
    except FileNotFoundError:
        return None
    faults: list[Fault] = []
    lines = tuple(_read_lines(data, label, faults))
    if faults:
        raise BadData.of(faults)
    return PayFile(label, lines, bool(mode & OTHERS))


def _read_lines(data: bytes, label: str, faults: list[Fault]) -> Iterator[PayLine]:
    """Each line that is sound. A byte order mark and CRLF, as spreadsheets write them, are passed over."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault(label, line, 0, "bad-text", "is not UTF-8", "save it as CSV UTF-8"))
        return
    rows = text.split("\n")
    if tuple(_split(rows[0]) or ()) != COLUMNS:
        faults.append(Fault(label, 1, 0, "bad-header", "the first line names other columns", ",".join(COLUMNS)))
        return
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows[1:], 2):
        if not row.strip("\r ,"):
            continue
        cells = _split(row)
        if cells is None or len(cells) != len(COLUMNS):
            allowed = f"four columns: {','.join(COLUMNS)}"
            faults.append(Fault(label, number, 0, "bad-row", "is not a row of this file", allowed))
            continue
        found = list(_check_cells(cells, label, number))
        key = tuple(cells[:3])
        if not found and key in seen:
            message = f"says again what line {seen[key]} says of {key[0][:40]!r}, {key[2]} from {key[1]}"
            found.append(Fault(label, number, 0, "repeated", message, "one line for each person, month and line"))
        faults += found
        if not found:
            seen[key] = number
            yield PayLine(cells[0], cells[1], cells[2], Decimal(cells[3]), number)


def _split(row: str) -> list[str] | None:
    import csv

    try:
        rows = list(csv.reader([row.removesuffix("\r")], strict=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in rows[0]] if len(rows) == 1 else None


def _check_cells(cells: Sequence[str], label: str, number: int) -> Iterator[Fault]:
    """What is wrong with a row. An amount is not repeated: messages end up in logs."""
    staff, since, line, amount = cells
    if not staff:
        yield Fault(label, number, 1, "empty", "staff is empty", "a staff id")
    if not MONTH.fullmatch(since):
        yield Fault(label, number, 2, "bad-month", f"from: {since[:20]!r} is no month", "YYYY-MM")
    if line not in LINES:
        yield Fault(label, number, 3, "unknown-line", f"line: {line[:20]!r} is not known", ", ".join(LINES))
    negative = line == INSURANCE and amount.startswith("-")  # the person's own share is taken off the pay
    if not AMOUNT.fullmatch(amount[1:] if negative else amount):
        allowed = f"{AMOUNTS}; of insurance also with -" if line == INSURANCE else AMOUNTS
        yield Fault(label, number, 4, "bad-amount", "amount is not understood", allowed)
