"""A piece of a record file against its chain, line by line: its rows, its void lines, and what is wrong with others.

Layer: store, below reading.py. Its one job is to say exactly what lines in memory hold; columns.py does the same for
lines with nothing wrong, many times faster.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from dispatchctl.errors import Fault
from dispatchctl.registers.page import HEAD, TAIL
from dispatchctl.registers.row import Row
from dispatchctl.store.files import RecordFile
from dispatchctl.store.lines import CRC_LENGTH, VOID_END, decode_line

SECOND = 1_000_000
SECTOR = 512  # bytes; what a disk writes at once, so a hole that a crash leaves begins and ends at a multiple
BURST = SECOND  # the rows of one append are stamped within this time

CHANGED = ("bad-line", "bad-crc")  # codes of lines that are not as they were written
ADOPT = "dispatchctl records adopt"  # what declares a file meant as it is
EPOCH = datetime(1970, 1, 1)
_FIRST, _LAST = len(HEAD), len(TAIL)


class Position(NamedTuple):
    """How far a file has been read: the end of its last whole group (or void or faulty line).

    size: bytes up to there. seq, crc: of the last whole row (seq 0 and the header's crc before the first). columns:
    the header's; () where the file has no readable header, and then crc is what the next part goes on from.
    recorded: the last row's recorded_at in microseconds, 0 before the first.
    """

    size: int
    seq: int
    crc: int
    columns: tuple[str, ...]
    recorded: int


Placed = tuple[int, int, Row]  # offset and length in bytes (the LF counts), row


class Piece(NamedTuple):
    """What some lines held. torn: the numbers of void lines; lines after `position` are not told of."""

    rows: list[Placed]
    position: Position
    faults: list[Fault]
    torn: list[int]


def hint_adopt(label: str) -> str:
    """What mends a record file whose lines are not as they were written; label: as messages name it."""
    return f"take the file back from a backup, or: {ADOPT} {label} --reason TEXT"


def count_microseconds(text: str) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 time with an offset; ValueError for any other text."""
    time = datetime.fromisoformat(text)
    offset = time.utcoffset()
    if offset is None:
        raise ValueError("a time without offset")
    past = time.replace(tzinfo=None) - EPOCH - offset
    return (past.days * 86400 + past.seconds) * SECOND + past.microseconds


def make_row(cells: Sequence[str], columns: Sequence[str], file: RecordFile) -> Row:
    """The Row of one line's cells; ValueError (with a word for whoever reads it) where time or seq are none."""
    fields = dict(zip(columns[_FIRST:-_LAST], cells[_FIRST:-_LAST], strict=True))
    at, recorded, by, case, event = cells[:_FIRST]
    source_ref, request_id, note, seq, _ = cells[-_LAST:]
    return Row(
        count_microseconds(at) // SECOND,
        count_microseconds(recorded),
        by,
        case,
        event,
        {name: value for name, value in fields.items() if value},
        source_ref,
        request_id,
        note,
        file.register,
        file.name,
        int(seq.removesuffix("+")),
    )


def read_carefully(
    piece: bytes,
    file: RecordFile,
    start: Position,
    before: int,
    events: Collection[str] | None,
    holes: bool = True,
) -> Piece:
    """The whole groups of `piece` (whole lines, from start on), its void lines, and what is wrong with the others.

    before: the number of lines before the piece. A row is given where its own crc fits the recorded one of the line
    before, so one bad line does not hide those after it. holes: whether a hole that a crash may have left makes the
    rest of its append void (see _is_hole) or a fault.
    """
    reader = _CarefulReader(file, start, before, events, piece if holes else b"")
    for line in piece.split(b"\n")[:-1]:
        reader.take_line(line)
    if reader.limbo and not reader.is_burst():
        return read_carefully(piece, file, start, before, events, holes=False)
    return Piece(reader.rows, reader.done, reader.faults, reader.torn)


class _CarefulReader:
    """The state of read_carefully between two lines. `done` is where the last whole group, void or bad line ended."""

    def __init__(
        self, file: RecordFile, start: Position, before: int, events: Collection[str] | None, holed: bytes
    ) -> None:
        self.file, self.start, self.events, self.holed = file, start, events, holed
        self.done, self.number, self.offset = start, before, start.size
        self.seq, self.crc = start.seq, start.crc
        self.other = start.crc  # what the crc would be if only the digits of it were damaged in the line before
        self.group: list[Placed] = []
        self.group_lines: list[int] = []
        self.limbo: list[bytes] = []
        self.rows: list[Placed] = []
        self.faults: list[Fault] = []
        self.torn: list[int] = []

    def take_line(self, line: bytes) -> None:
        """Go on by one line, given without its LF."""
        self.number += 1
        place, length = self.offset, len(line) + 1
        self.offset += length
        if line.endswith(VOID_END):
            self._void_group()
        elif self.limbo or (b"\0" in line and self._is_hole(place, line)):
            self.limbo.append(line)
            self.group_lines.append(self.number)
        else:
            self._take_row(line, place, length)

    def is_burst(self) -> bool:
        """Whether the rows after a hole can all have come from one append: by their stamps, and not too many."""
        stamps = []
        for line in self.limbo:
            try:
                stamps.append(count_microseconds(line.split(b",", 2)[1].decode()))
            except (ValueError, IndexError):
                continue
        return not stamps or max(stamps) - min(stamps) <= BURST

    def _is_hole(self, place: int, line: bytes) -> bool:
        """Whether zeros in the line are whole sectors that never reached the disk, from the last append.

        Rows hold no zeros (see escape_text), and every append is synced before the next begins, so such zeros stand
        in an append that nobody was told of. A single damaged byte is no hole.
        """
        if not self.holed:
            return False
        first = place + line.index(b"\0") - self.start.size
        last = first
        while last < len(self.holed) and self.holed[last] == 0:
            last += 1
        begins = (first + self.start.size) % SECTOR == 0 or first + self.start.size == self.done.size
        return begins and ((last + self.start.size) % SECTOR == 0 or last == len(self.holed))

    def _void_group(self) -> None:
        self.torn += [*self.group_lines, self.number]
        self.group, self.group_lines, self.limbo = [], [], []
        self.seq, self.crc, self.other = self.done.seq, self.done.crc, self.done.crc
        self.done = self.done._replace(size=self.offset)

    def _take_row(self, line: bytes, place: int, length: int) -> None:
        body, digits = line[:-CRC_LENGTH], line[-CRC_LENGTH:].decode("ascii", "replace")
        crc = crc32(body, self.crc)
        whole = digits in (f"{crc:08x}", f"{crc32(body, self.other):08x}")
        try:
            cells = decode_line(line)
            fault = self._find_fault(cells) if whole else self._describe_break(cells)
        except ValueError as error:
            cells = []
            fault = ("bad-line", f"is not a row: {error}") if whole else self._describe_break(cells)
        seq = _parse_seq(cells)
        self.seq = max(self.seq, seq) if seq and not whole else max(self.seq + 1, seq or 0)  # none is given twice
        if not whole:
            self.other = crc
            crc = int(digits, 16) if is_crc(digits) else crc
        else:
            crc = self.other = int(digits, 16)
        self.crc = crc
        if fault:
            self._report(*fault)
            self._close_group()
            return
        row = make_row(cells, self.start.columns, self.file)
        self.group.append((place, length, row))
        self.group_lines.append(self.number)
        if not cells[-2].endswith("+"):
            self._close_group()

    def _close_group(self) -> None:
        self.rows += self.group
        recorded = self.group[-1][2].recorded if self.group else self.done.recorded
        self.group, self.group_lines = [], []
        self.done = Position(self.offset, self.seq, self.crc, self.start.columns, recorded)

    def _find_fault(self, cells: list[str]) -> tuple[str, str] | None:
        """(code, message) of what is wrong with a row whose crc fits."""
        width = len(self.start.columns)
        if len(cells) != width:
            return "bad-columns", f"has {len(cells)} columns, the header {width}"
        if (_parse_seq(cells) or 0) <= self.seq:  # more than one above it where a shorter file was declared meant
            return "bad-seq", f"has seq {cells[-2][:20]!r} where {self.seq + 1} comes next"
        for name, text in zip(HEAD[:2], cells, strict=False):
            try:
                count_microseconds(text)
            except (ValueError, OverflowError):
                return "bad-time", f"{name} is not a time with an offset: {text[:40]!r}"
        if self.events is not None and cells[4] not in self.events:
            return "newer-event", f"written by a newer dispatchctl: it has an event {cells[4][:40]!r}"
        return None

    def _describe_break(self, cells: list[str]) -> tuple[str, str]:
        seq = _parse_seq(cells)
        if seq is not None and seq != self.seq + 1 and len(cells) == len(self.start.columns):
            return "bad-crc", f"has seq {seq} where {self.seq + 1} comes next: lines were cut, moved or doubled here"
        if self.seq == 0:
            return "bad-crc", "does not go on from the file before: this line, the header or that file was changed"
        return "bad-crc", "does not fit its crc: this line or the one before was changed"

    def _report(self, code: str, message: str) -> None:
        hint = "update dispatchctl"
        if code != "newer-event":
            hint = hint_adopt(self.file.label)
        self.faults.append(Fault(self.file.label, self.number, 0, code, message, hint=hint))


def _parse_seq(cells: list[str]) -> int | None:
    text = cells[-2].removesuffix("+") if len(cells) > 1 else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def is_crc(digits: str) -> bool:
    """Whether a text can be a row's crc: 8 hex digits."""
    return len(digits) == CRC_LENGTH and not digits.strip("0123456789abcdef")
