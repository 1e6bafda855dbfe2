"""A record file that was edited by hand or saved by another program, read for what it says and written anew. Store.

Layer: store, beside reading.py, which never reads so: its one job is `records adopt`. Byte order marks, CR LF, other
encodings, delimiters and quotes are passed over, the order of the lines too, since every row has its seq; a row of
which anything is lost that the program lives by (its times, id, event, seq) is a fault, and never guessed.
"""

import csv
import os
from collections.abc import Collection, Sequence
from typing import NamedTuple

from dispatchctl.errors import BadData, Fault, SystemFailed
from dispatchctl.registers.page import HEAD, TAIL, Register, list_columns
from dispatchctl.store.chain import count_microseconds, is_crc
from dispatchctl.store.files import (
    FILE_MODE,
    RecordFile,
    make_directory,
    open_regular,
    read_bytes,
    read_size,
    replace_file,
    sync_folder,
)
from dispatchctl.store.leftovers import remove_leftovers
from dispatchctl.store.lines import BOM, CRC_LENGTH, VOID_END, encode_header, encode_line, unescape_text
from dispatchctl.store.lock import confirm_lock
from dispatchctl.store.reading import UTF_16, iterate_file

ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", "\t", ";")
MANGLED = "a spreadsheet changed it: take the file back from a backup or from git"


class Restamped(NamedTuple):
    """What a file is to become. data: its bytes, None where it stays. crc: what the writer's next file goes on from.

    rows: how many whole rows it has; last: the seq of the last one, 0 for none. encoding: that it was saved in.
    unchanged: how many rows can be shown to be as they were written, each with the one before it. ids: of its cases,
    where it is written anew.
    """

    data: bytes | None
    crc: int
    rows: int
    last: int
    encoding: str = ENCODINGS[0]
    unchanged: int = 0
    ids: frozenset[str] = frozenset()


def restamp_file(file: RecordFile, page: Register, crc_before: int, events: Collection[str]) -> Restamped:
    """What a file has to be so that it goes on from `crc_before`: itself where it does, else its rows stamped anew.

    A file that is not there becomes one without rows. BadData naming every line that cannot be kept.
    """
    try:
        with open_regular(file.path, file.label) as descriptor:
            data = read_bytes(descriptor, 0, read_size(descriptor, file.label), file.label)
    except FileNotFoundError:
        header, crc = encode_header(list_columns(page), crc_before)
        return Restamped(header, crc, 0, 0)
    rows, faults, position = 0, False, None
    for read in iterate_file(file, None, crc_before, events):
        rows, faults, position = rows + len(read.rows), faults or bool(read.faults), read.position
    if position is not None and not faults and not data.startswith(BOM):
        return Restamped(None, position.crc, rows, position.seq, unchanged=rows)
    encoding, text, unchanged = _decode(data, file.label, crc_before)
    columns, cells = _read_rows(text, file.label, events)
    return _stamp(columns, cells, crc_before)._replace(encoding=encoding, unchanged=unchanged)


def _decode(data: bytes, label: str, crc_before: int) -> tuple[str, str, int]:
    """(encoding, text, rows that are as they were written); BadData naming the lines that are in none.

    A text of GB 18030 may happen to be one of UTF-8 as well, and the other way round. Each row's crc is of its text in
    UTF-8, so the right encoding is the one in which more rows fit it.
    """
    chosen, fits = _choose_encoding(data, crc_before)
    data = data.removeprefix(BOM)
    if _is_text(data, chosen):
        return chosen, data.decode(chosen), fits
    lines = data.split(b"\n") if chosen == ENCODINGS[0] and fits else []
    bad = [number for number, line in enumerate(lines, 1) if not _is_text(line, chosen)]
    if bad:
        raise BadData.of([Fault(label, number, 0, "bad-line", "is not UTF-8") for number in bad[:20]])
    hint = "take it back from a backup or from git"
    raise BadData("is neither UTF-8 nor UTF-16 nor GB 18030", place=label, hint=hint)


def find_encoding(file: RecordFile) -> str:
    """What a record file was saved in, as far as its rows show: `utf-8` as the program writes, or another."""
    with open_regular(file.path, file.label) as descriptor:
        data = read_bytes(descriptor, 0, read_size(descriptor, file.label), file.label)
    return _choose_encoding(data, 0)[0]


def _choose_encoding(data: bytes, crc_before: int) -> tuple[str, int]:
    """(encoding, rows that fit their crc in it)."""
    encodings = ENCODINGS if data[:2] not in UTF_16 else ("utf-16",)
    data = data.removeprefix(BOM)
    fits = {name: _count_fitting(data.decode(name, "replace"), crc_before) for name in encodings}
    chosen = max(encodings, key=lambda name: (fits[name], _is_text(data, name)))
    return chosen, fits[chosen]


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _count_fitting(text: str, crc_before: int) -> int:
    """How many rows fit their crc, as they stand and after the line before them."""
    lines = text.split("\n")
    delimiter = max(DELIMITERS, key=lines[0].count)
    header = _split(lines[0].rstrip("\r"), delimiter) or [""]
    count, before = 0, f"{encode_header(header, crc_before)[1]:08x}"
    for line in lines[1:]:
        cells = _split(line.rstrip("\r"), delimiter) or [""]
        digits = cells[-1].zfill(CRC_LENGTH)  # a spreadsheet takes zeros before a number away
        if is_crc(before) and is_crc(digits) and encode_line(cells[:-1], int(before, 16))[1] == int(digits, 16):
            count += 1
        before = digits
    return count


def _read_rows(text: str, label: str, events: Collection[str]) -> tuple[tuple[str, ...], list[list[str]]]:
    """The columns, and the cells of each row by seq; BadData for every line that is none."""
    lines = text.split("\n")
    first = lines[0].rstrip("\r")
    delimiter = max(DELIMITERS, key=first.count)
    columns = tuple(_split(first, delimiter) or ())
    if columns[: len(HEAD)] != HEAD or columns[-len(TAIL) :] != TAIL or len(set(columns)) != len(columns):
        hint = "take it back from a backup or from git"
        raise BadData("its first line is not the header of a register", place=f"{label}:1", hint=hint)
    faults: list[Fault] = []
    found: dict[int, list[str]] = {}
    for number, raw in enumerate(lines[1:], 2):
        line = raw.rstrip("\r")
        if not line.strip(delimiter + " ") or line.endswith(VOID_END.decode()):
            continue
        cells = _split(line, delimiter)
        if number == len(lines) and (cells is None or len(cells) != len(columns)):
            continue  # torn by a crash: it never counted
        message = _find_fault(cells, columns, events)
        if cells is not None and not message:
            seq = int(cells[-2].removesuffix("+"))
            if seq in found:
                message = f"has seq {seq}, as a line before it"
            found.setdefault(seq, cells)
        if message:
            faults.append(Fault(label, number, 0, "bad-line", message, hint=MANGLED))
    if faults:
        raise BadData("\n".join(map(str, faults[:20])), hint=MANGLED, faults=tuple(faults))
    return columns, [found[seq] for seq in sorted(found)]


def _split(line: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return [unescape_text(cell) for cell in rows[0]] if len(rows) == 1 else None


def _find_fault(cells: list[str] | None, columns: Sequence[str], events: Collection[str]) -> str:
    """What is lost of a row, "" where nothing is."""
    if cells is None:
        return "is not one row of CSV"
    if len(cells) != len(columns):
        return f"has {len(cells)} columns, the header {len(columns)}"
    for name, text in zip(HEAD[:2], cells, strict=False):
        try:
            count_microseconds(text)
        except (ValueError, OverflowError):
            return f"{name} is not a time with an offset: {text[:40]!r}"
    if not cells[3] or cells[4] not in events:
        return f"has no id, or an event unknown here: {cells[3][:40]!r} {cells[4][:40]!r}"
    seq = cells[-2].removesuffix("+")
    return "" if seq.isascii() and seq.isdigit() and 0 < len(seq) < 16 else f"has no seq: {cells[-2][:20]!r}"


def _stamp(columns: Sequence[str], rows: list[list[str]], crc_before: int) -> Restamped:
    """The lines of these rows with their own seq, chained anew; a command whose last row is gone is cut off, the rows
    of one whose last is gone in the middle stand alone.
    """
    seqs = [int(cells[-2].removesuffix("+")) for cells in rows]
    while rows and rows[-1][-2].endswith("+"):
        rows.pop()
        seqs.pop()
    line, crc = encode_header(columns, crc_before)
    lines = [line]
    for place, (cells, seq) in enumerate(zip(rows, seqs, strict=True)):
        goes_on = cells[-2].endswith("+") and seqs[place + 1] == seq + 1
        line, crc = encode_line([*cells[:-2], f"{seq}+" if goes_on else str(seq)], crc)
        lines.append(line)
    ids = frozenset(cells[HEAD.index("id")] for cells in rows)
    return Restamped(b"".join(lines), crc, len(rows), seqs[-1] if seqs else 0, ids=ids)


def name_kept(file: RecordFile) -> str:
    """The name beside a file under which what it was is to be kept: `.2026-11.main.csv.old`, or .old.2 and so on."""
    folder, number = os.path.dirname(file.path), 1
    while os.path.lexists(f"{folder}/{_number_kept(file, number)}"):
        number += 1
    return _number_kept(file, number)


def list_kept(file: RecordFile) -> list[str]:
    """The names beside a file of what it was before it was adopted, oldest first."""
    folder, found = os.path.dirname(file.path), list[str]()
    while os.path.lexists(f"{folder}/{_number_kept(file, len(found) + 1)}"):
        found.append(_number_kept(file, len(found) + 1))
    return found


def _number_kept(file: RecordFile, number: int) -> str:
    return f".{file.name}.csv.old" if number == 1 else f".{file.name}.csv.old.{number}"


def keep_and_replace(file: RecordFile, kept: str, data: bytes) -> None:
    """Keep what a file is under the name `kept` beside it, and put `data` in its place, both durably.

    kept: "" where there is no file. The caller holds the lock. SystemFailed where the disk fails: then the file stands
    as it was.
    """
    folder = os.path.dirname(file.path)
    confirm_lock(os.path.dirname(folder))
    try:
        if make_directory(folder):
            sync_folder(os.path.dirname(folder))
        remove_leftovers(folder)
        if kept:
            with open_regular(file.path, file.label) as descriptor:
                was = read_bytes(descriptor, 0, read_size(descriptor, file.label), file.label)
            replace_file(f"{folder}/{kept}", was, FILE_MODE)
        replace_file(file.path, data, FILE_MODE)
    except OSError as error:
        raise SystemFailed(f"cannot be written anew: {error.strerror}", place=file.label) from error
