"""Thousands of lines of a record file at a time: verified and made into Rows by columns.

Layer: store, beside chain.py. Its one job is the common case, quickly: it gives up (None) at the first thing out of
the ordinary, and chain.read_carefully says what that is. Both give the same rows for the same lines.
"""

from array import array
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import accumulate, compress, repeat
from operator import sub
from sys import byteorder
from zlib import crc32

from dispatchctl.registers.page import HEAD, TAIL
from dispatchctl.registers.row import Row
from dispatchctl.store.chain import EPOCH, SECOND, Piece, Position, count_microseconds
from dispatchctl.store.files import RecordFile
from dispatchctl.store.lines import CRC_LENGTH, unescape_text

_COMMA = "\x01"  # stands for a comma inside quotes while lines are split
_FIRST, _LAST = len(HEAD), len(TAIL)


def read_quickly(piece: bytes, file: RecordFile, start: Position, events: Collection[str] | None) -> Piece | None:
    """The whole groups of `piece` (whole lines, from start on), or None where anything in it is out of the ordinary.

    Works on columns, not rows, since that keeps nearly all of the work inside the interpreter's own loops.
    """
    if b"\0" in piece or b"\r" in piece:
        return None
    lines = piece.split(b"\n")
    lines.pop()
    crcs, crc = [], start.crc
    for line in lines:
        crc = crc32(line[:-CRC_LENGTH], crc)
        crcs.append(crc)
    try:
        columns = _split_columns(piece.decode(), len(lines), len(start.columns))
    except UnicodeDecodeError:
        return None
    if columns is None or "".join(columns[-1]) != _format_crcs(crcs):
        return None
    seqs = ",".join(columns[-2])
    if seqs.replace("+", "") != ",".join(map(str, range(start.seq + 1, start.seq + 1 + len(lines)))):
        return None
    whole = len(lines)
    while whole and columns[-2][whole - 1].endswith("+"):
        whole -= 1
    if whole < len(lines):
        columns = [column[:whole] for column in columns]
    if events is not None and not set(columns[4]).issubset(events):
        return None
    if not whole:
        return Piece([], start, [], [])
    try:
        rows = _make_rows(columns, start, file)
    except (ValueError, TypeError, OverflowError):
        return None
    lengths = [len(line) + 1 for line in lines[:whole]]
    offsets = list(accumulate(lengths, initial=start.size))
    position = Position(offsets[-1], start.seq + whole, crcs[whole - 1], start.columns, rows[-1].recorded)
    return Piece(list(zip(offsets, lengths, rows, strict=False)), position, [], [])


def _split_columns(text: str, count: int, width: int) -> list[list[str]] | None:
    """The columns of `count` lines of CSV, each of `width` cells; None where a line has another number of them.

    One split for all lines is several times faster than csv; a comma that stands inside quotes is hidden from it. That
    the crc column came out right shows that no cell is shifted.
    """
    hidden = '"' in text
    if hidden and ('""' in text or _COMMA in text):
        columns = _parse_columns(text, count, width)
    else:
        if hidden:
            pieces = text.split('"')
            pieces[1::2] = [piece.replace(",", _COMMA) for piece in pieces[1::2]]
            text = "".join(pieces)
        cells = text.replace("\n", ",").split(",")
        cells.pop()
        if len(cells) != count * width:
            return None
        columns = [cells[place::width] for place in range(width)]
        if hidden:
            for column in columns:
                if _COMMA in "".join(column):
                    column[:] = [value.replace(_COMMA, ",") for value in column]
    if columns and "\\" in text:
        for column in columns:
            if "\\" in "".join(column):
                column[:] = [unescape_text(value) if "\\" in value else value for value in column]
    return columns


def _parse_columns(text: str, count: int, width: int) -> list[list[str]] | None:
    """The same by csv, for texts with quotes in them."""
    import csv

    try:
        rows = list(csv.reader(text.split("\n")[:-1], strict=True))
    except csv.Error:
        return None
    if len(rows) != count or set(map(len, rows)) != {width}:
        return None
    return list(map(list, zip(*rows, strict=True)))


def _format_crcs(crcs: list[int]) -> str:
    numbers = array("I", crcs)
    if byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes().hex()


def _make_rows(columns: list[list[str]], start: Position, file: RecordFile) -> list[Row]:
    count = len(columns[0])
    fields: list[dict[str, str]] = [{} for _ in range(count)]
    for name, column in zip(start.columns[_FIRST:-_LAST], columns[_FIRST:-_LAST], strict=True):
        for entry, value in zip(compress(fields, column), filter(None, column), strict=True):
            entry[name] = value
    past = _subtract_epoch(columns[0], 19)
    seconds = [time.days * 86400 + time.seconds for time in past]
    past = _subtract_epoch(columns[1], 26)
    recorded = [(time.days * 86400 + time.seconds) * SECOND + time.microseconds for time in past]
    values = zip(
        seconds,
        recorded,
        *columns[2:_FIRST],
        fields,
        *columns[-5:-2],
        repeat(file.register),
        repeat(file.name),
        range(start.seq + 1, start.seq + 1 + count),
        repeat(False),
        strict=False,
    )
    return list(map(tuple.__new__, repeat(Row), values))  # half the time of Row._make, which checks lengths in Python


def _subtract_epoch(texts: list[str], clock: int) -> list[timedelta]:
    """The times since the epoch, UTC; clock: the length of a text without its offset."""
    width, joined, zone = clock + 6, "".join(texts), texts[0][clock:]
    same = len(joined) == width * len(texts)
    if same and all(joined[clock + place :: width] == char * len(texts) for place, char in enumerate(zone)):
        # naive times subtract in a quarter of the time of aware ones
        base = EPOCH + _find_offset(zone)
        return list(map(sub, map(datetime.fromisoformat, [text[:clock] for text in texts]), repeat(base)))
    return [timedelta(microseconds=count_microseconds(text)) for text in texts]


def _find_offset(zone: str) -> timedelta:
    offset = datetime.fromisoformat(f"1970-01-01T00:00:00{zone}").utcoffset()
    if offset is None:
        raise ValueError("a time without offset")
    return offset
