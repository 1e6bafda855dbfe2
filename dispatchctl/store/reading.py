"""Reading record files: only what was added since a position, whole groups only, every row against the chain.

Layer: store. Its one job is to get from a file to the pieces that chain.py verifies; what to do about a fault is the
caller's to decide. No lock is taken: whoever writes meanwhile is seen the next time.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from dispatchctl import sizes
from dispatchctl.errors import BadData, Fault
from dispatchctl.registers.page import HEAD, TAIL
from dispatchctl.registers.row import Row
from dispatchctl.store.chain import ADOPT, Piece, Placed, Position, hint_adopt, make_row, read_carefully
from dispatchctl.store.columns import read_quickly
from dispatchctl.store.files import RecordFile, open_regular, read_bytes, read_size
from dispatchctl.store.lines import BOM, CRC_LENGTH, decode_line

LONGEST_HEADER = 1 << 16
UNREADABLE = "bad-header"  # the code of a file of which no row can be read
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how such a file begins
SYNC_FAILED = b"sync-failed,"  # with a crc and no LF: the whole content of a part made after a failed sync


class Read(NamedTuple):
    """What was read. rows: (offset, length, Row), the length with its LF. torn: the line numbers of void lines.

    position lies after all of it, faulty lines too. tail: the bytes after position, which are not there yet: a torn
    line or a group without its last row; b"" when the file ends cleanly.
    """

    rows: list[Placed]
    position: Position
    faults: list[Fault]
    torn: list[int]
    tail: bytes


def read_file(file: RecordFile, since: Position | None, crc_before: int, events: Collection[str] | None = None) -> Read:
    """All that was added to a file since a position of an earlier read of it (None: all of it). See iterate_file."""
    reads = list(iterate_file(file, since, crc_before, events))
    if len(reads) == 1:
        return reads[0]
    rows = [row for read in reads for row in read.rows]
    faults = [fault for read in reads for fault in read.faults]
    torn = [line for read in reads for line in read.torn]
    return Read(rows, reads[-1].position, faults, torn, reads[-1].tail)


def iterate_file(
    file: RecordFile,
    since: Position | None,
    crc_before: int,
    events: Collection[str] | None = None,
    chunk: int = 0,
) -> Iterator[Read]:
    """The same in pieces of about `chunk` bytes, at least one; all but the last have an empty tail.

    chunk: 0 for sizes.BYTES_VERIFIED.

    crc_before: the position's crc of that writer's previous file of the register (0 for the first); used where the
    file is read from its start. events: those of the register's page; a row with another one is a fault
    `newer-event`; None: not looked at.

    A file without a readable header gives no rows and a position with no columns: the writer goes on in the next
    part. Raises BadData for what is not a regular file, FileNotFoundError, SystemFailed where the disk does not read.
    """
    with open_regular(file.path, file.label) as descriptor:
        size = read_size(descriptor, file.label)
        position, line = since, -1
        if position is None or not position.columns:
            start = _read_header(descriptor, file, crc_before)
            if not start.position.columns:
                yield start
                return
            position, line = start.position, 1
        if size < position.size:
            fault = Fault(file.label, 0, 0, "shrank", f"has {size} bytes and had {position.size}: its end was cut")
            yield Read([], position, [fault], [], b"")
            return
        want = chunk = chunk or sizes.BYTES_VERIFIED
        while True:
            data = read_bytes(descriptor, position.size, min(position.size + want, size), file.label)
            last = len(data) < want or position.size + len(data) >= size
            whole = data[: data.rfind(b"\n") + 1]
            piece = read_quickly(whole, file, position, events) if whole else Piece([], position, [], [])
            if piece is None:
                if line < 0:
                    line = _count_lines(descriptor, position.size, file.label)
                piece = read_carefully(whole, file, position, line, events)
            used = piece.position.size - position.size
            if line >= 0:
                line += whole.count(b"\n", 0, used)
            if last:
                yield _end_file(file, piece, data[used:], line)
                return
            want = chunk if used else want * 2  # a group longer than the piece: take more of it
            position = piece.position
            if used:
                yield Read(*piece, b"")


def _read_header(descriptor: int, file: RecordFile, crc_before: int) -> Read:
    """A Read without rows whose position lies after the header, or has no columns where there is none to read."""
    data = read_bytes(descriptor, 0, LONGEST_HEADER, file.label)
    nothing = Position(0, 0, crc_before, (), 0)
    mark = BOM if data.startswith(BOM) else b""  # a spreadsheet's; nothing that is said is changed by it
    line, end, _ = data[len(mark) :].partition(b"\n")
    if not end:
        return Read([], nothing._replace(crc=read_sync_mark(data, crc_before)), [], [], data)
    try:
        columns = () if b"\r" in line else tuple(decode_line(line))
    except ValueError:
        columns = ()
    if columns[: len(HEAD)] != HEAD or columns[-len(TAIL) :] != TAIL or len(set(columns)) != len(columns):
        mend = f"{ADOPT} {file.label} --reason TEXT"
        hint = f"a spreadsheet or git may have rewritten the file: take it back from a backup, or try: {mend}"
        message = f"is not the header of a register{_explain_header(data)}"
        fault = Fault(file.label, 1, 0, UNREADABLE, message, hint=hint)
        return Read([], nothing, [fault], [], b"")
    start = Position(len(mark) + len(line) + 1, 0, crc32(line, crc_before), columns, 0)
    return Read([], start, [], [], b"")


def _explain_header(data: bytes) -> str:
    """What a spreadsheet or an editor did to a file that begins like this, as far as it shows; begins with a colon."""
    if data[:2] in UTF_16:
        return ": the file was saved in UTF-16"
    return ": the lines end in CR LF" if b"\r\n" in data else ""


def read_sync_mark(data: bytes, crc_before: int) -> int:
    """The crc that a part made after a failed sync names (see journal.py); crc_before where data is no such part."""
    digits = data.removeprefix(SYNC_FAILED)
    if len(digits) != CRC_LENGTH or digits == data:
        return crc_before
    try:
        return int(digits, 16)
    except ValueError:
        return crc_before


def _end_file(file: RecordFile, piece: Piece, tail: bytes, line: int) -> Read:
    """The last Read of a file. A row followed by one wrong byte has lost its LF, which no torn write can do."""
    torn = tail[tail.rfind(b"\n") + 1 :]
    faults = piece.faults
    if torn[-1:] not in (b"", b"\0") and len(torn) > CRC_LENGTH + 1:
        crc = piece.position.crc
        for text in tail[: -len(torn)].split(b"\n")[:-1]:
            crc = crc32(text[:-CRC_LENGTH], crc)
        if torn[-CRC_LENGTH - 1 : -1] == b"%08x" % crc32(torn[: -CRC_LENGTH - 1], crc):
            message = "the end of its last line was changed"
            faults = [*faults, Fault(file.label, 0, 0, "bad-end", message, hint=hint_adopt(file.label))]
    return Read(piece.rows, piece.position, faults, piece.torn, tail)


def _count_lines(descriptor: int, end: int, label: str) -> int:
    count, start = 0, 0
    while start < end:
        data = read_bytes(descriptor, start, min(start + (1 << 20), end), label)
        if not data:
            break
        count, start = count + data.count(b"\n"), start + len(data)
    return count


def rows_at(file: RecordFile, places: Iterable[tuple[int, int]], columns: Sequence[str]) -> list[Row]:
    """The rows at some places (offset, length) of one file, as read_file gave them, in this order, without the chain.

    BadData where no row stands there (any more).
    """
    rows = []
    with open_regular(file.path, file.label) as descriptor:
        for offset, length in places:
            line = read_bytes(descriptor, offset, offset + length, file.label)
            try:
                cells = decode_line(line)
                if len(line) != length or not line.endswith(b"\n") or len(cells) != len(columns):
                    raise ValueError("not a whole row")
                rows.append(make_row(cells, columns, file))
            except (ValueError, OverflowError) as error:
                hint = "records rebuild reads it anew"
                raise BadData(f"no row at byte {offset}: {error}", place=file.label, hint=hint) from None
    return rows
