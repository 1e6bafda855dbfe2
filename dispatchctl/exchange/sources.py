"""Somebody else's file as columns of text, some thousand rows at a time: CSV, JSON lines, XLSX. Exchange.

Nothing is typed: a value is the text that stands there. An input that cannot be read twice (standard input, a pipe) is
first copied to a file without a name that only this process can read, since the whole of it is checked before
anything is written.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import IO, Any, NamedTuple

from dispatchctl import sizes
from dispatchctl.errors import BadData, Fault, NotFound, SystemFailed

_BREAK = re.compile(r"\r\n|\r|\n")
_ENDINGS = {"csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl", "xlsx": "xlsx"}


class Chunk(NamedTuple):
    """Some rows of the input, as the columns asked for. lines: of each row, counted from 1. faults: (row, its fault).

    A row with a fault is there too, with empty cells, so that rows keep their numbers.
    """

    columns: list[list[str]]
    lines: "Sequence[int]"
    faults: list[tuple[int, Fault]]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.lines)


class Source:
    """An opened input. name: how messages call it. header: its columns, None where each row names its own."""

    def __init__(self, file: IO[bytes], name: str, encoding: str) -> None:
        self.file, self.name, self.encoding = file, name, encoding
        self.size = os.fstat(file.fileno()).st_size
        self.header: list[str] | None = None
        self.form = find_source_form(name, file)
        self.numbers: dict[str, int] = {}  # of the columns of theirs, from 1, for messages
        self._mark = self._read_mark()
        if self.form != "jsonl":
            self._read_header()

    def close(self) -> None:
        """Let go of the file; a copy of standard input is gone then."""
        self.file.close()

    def position(self) -> int:
        """How many bytes have been read, of `size`."""
        return min(os.lseek(self.file.fileno(), 0, os.SEEK_CUR), self.size)

    def check_unchanged(self) -> None:
        """BadData where the file was written to since it was opened."""
        if self._read_mark() != self._mark:
            raise BadData("was changed while it was read; nothing more is imported", place=self.name)

    def _read_mark(self) -> tuple[int, int]:
        status = os.fstat(self.file.fileno())
        return status.st_size, status.st_mtime_ns

    def _read_header(self) -> None:
        row = next(iter(self._read_sheet()), None) if self.form == "xlsx" else self._read_first_line()
        if not row or not any(row):
            raise BadData("has no line of column names", place=f"{self.name}:1")
        self.header = [cell.strip() for cell in row]
        for number, column in enumerate(self.header, 1):
            self.numbers.setdefault(column, number)

    def _read_first_line(self) -> list[str]:
        import csv

        with self._open_csv() as reader:
            try:
                return next(reader, [])
            except csv.Error as error:
                raise BadData(f"is not CSV: {error}", place=f"{self.name}:1") from None

    @contextmanager
    def _open_csv(self) -> Iterator[Any]:
        """A csv.reader from the beginning of the file. Bytes that are no text become halves of surrogate pairs."""
        import codecs
        import csv
        import io

        self.file.seek(0)
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        if encoding == "gb18030" and self.file.read(3) == codecs.BOM_UTF8:
            raise BadData("begins with a mark of UTF-8", place=f"{self.name}:1", hint="map: leave out encoding")
        # a second descriptor, since a text layer closes what it wraps; both stand at the same byte of the file
        raw = os.fdopen(os.dup(self.file.fileno()), "rb", max(sizes.BYTES_COPIED, 2))  # 1 would mean lines
        os.lseek(raw.fileno(), 0, os.SEEK_SET)
        with io.TextIOWrapper(raw, encoding, "surrogateescape", newline="") as text:
            yield csv.reader(text, strict=True)

    def read_chunks(self, wanted: Sequence[str], size: int) -> Iterator[Chunk]:
        """All rows, from the first, `size` (at least 1) at a time, as the columns named in `wanted`.

        Columns that the header lacks are empty. Rows without any text, as spreadsheets leave them at the end, are
        passed over.
        """
        if self.form == "csv":
            yield from self._read_csv(wanted, size)
            return
        rows = self._read_records(wanted) if self.form == "jsonl" else self._read_cells(wanted)
        while batch := list(islice(rows, size)):
            faults = [(number, fault) for number, (_, _, fault) in enumerate(batch) if fault is not None]
            columns = [list(column) for column in zip(*(cells for _, cells, _ in batch), strict=True)]
            yield Chunk(columns, [line for line, _, _ in batch], faults)

    # --- CSV --------------------------------------------------------------------------------------------------------

    def _read_csv(self, wanted: Sequence[str], size: int) -> Iterator[Chunk]:
        with self._open_csv() as reader:
            yield from self._read_lines(reader, wanted, size)

    def _read_lines(self, reader: Any, wanted: Sequence[str], size: int) -> Iterator[Chunk]:
        import csv

        assert self.header is not None
        header = self.header
        next(reader)
        width = len(header)
        places = [header.index(name) if name in header else -1 for name in wanted]
        while True:
            before, broken = reader.line_num, ""
            rows: list[list[str]] = []
            try:
                # on an error what was read before it stays in the list
                rows.extend(islice(reader, size))
            except csv.Error as error:
                broken = str(error)
            if not rows and not broken:
                return
            lines: Sequence[int] = range(before + 1, before + 1 + len(rows))
            if reader.line_num - before != len(rows) or broken or not all(map(any, rows)):
                lines = _number_rows(rows, before)
                kept = [number for number, row in enumerate(rows) if any(row)]
                rows, lines = [rows[number] for number in kept], [lines[number] for number in kept]
            faults = self._check_widths(rows, lines, width)
            if broken:
                at = reader.line_num
                faults.append((len(rows), Fault(self.name, at, 0, "not-csv", f"is not CSV: {broken}")))
                rows.append([""] * width)
                lines = [*lines, at]
            yield Chunk(
                [list(map(itemgetter(place), rows)) if place >= 0 else [""] * len(rows) for place in places],
                lines,
                faults,
            )

    def _check_widths(self, rows: list[list[str]], lines: Sequence[int], width: int) -> list[tuple[int, Fault]]:
        """The rows of another number of cells than the header, which are emptied."""
        if set(map(len, rows)) <= {width}:
            return []
        faults = []
        for number, row in enumerate(rows):
            if len(row) != width:
                message = f"has {len(row)} cells, the header {width}"
                faults.append((number, Fault(self.name, lines[number], 0, "cells", message)))
                rows[number] = [""] * width
        return faults

    # --- JSON lines -------------------------------------------------------------------------------------------------

    def _read_records(self, wanted: Sequence[str]) -> Iterator[tuple[int, list[str], Fault | None]]:
        import json

        decode = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).decode
        self.file.seek(0)
        blank = [""] * len(wanted)
        for number, data in enumerate(self.file, 1):
            line = data.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape").strip()
            if not line:
                continue
            try:
                row = decode(line)
            except (ValueError, RecursionError) as error:
                message = f"is not JSON: {getattr(error, 'msg', 'nested too deeply')}"
                yield number, blank, Fault(self.name, number, getattr(error, "colno", 0), "not-json", message)
                continue
            if not isinstance(row, dict):
                yield number, blank, Fault(self.name, number, 1, "not-json", "is not an object of named values")
                continue
            for name in row:
                self.numbers.setdefault(name, 0)
            cells = [_as_text(row.get(name)) for name in wanted]
            nested = next((name for name, cell in zip(wanted, cells, strict=True) if cell is None), None)
            if nested is not None:
                message = f"{nested}: is a list or an object, not a text"
                yield number, blank, Fault(self.name, number, 0, "not-text", message)
                continue
            yield number, [cell or "" for cell in cells], None

    # --- XLSX -------------------------------------------------------------------------------------------------------

    def _read_cells(self, wanted: Sequence[str]) -> Iterator[tuple[int, list[str], Fault | None]]:
        assert self.header is not None
        header = self.header
        places = [header.index(name) if name in header else -1 for name in wanted]
        for number, row in enumerate(self._read_sheet(), 1):
            if number > 1 and any(row):
                yield number, [row[place] if 0 <= place < len(row) else "" for place in places], None

    def _read_sheet(self) -> Iterator[list[str]]:
        """The rows of a workbook's first sheet as text, the header's too."""
        try:
            from python_calamine import CalamineError, load_workbook
        except ImportError:
            hint = "pip install 'dispatchctl[xlsx]', or save the sheet as CSV"
            raise BadData("reading XLSX needs the package python-calamine", place=self.name, hint=hint) from None
        self.file.seek(0)
        try:
            sheet = load_workbook(self.file).get_sheet_by_index(0)
        except (CalamineError, OSError, ValueError, IndexError) as error:
            raise BadData(f"is not a workbook: {error}", place=self.name) from None
        for row in sheet.iter_rows():
            yield [_write_cell(cell) for cell in row]


def open_source(path: str, encoding: str) -> Source:
    """The input at `path`, `-` for standard input. NotFound, SystemFailed, or BadData where it has no header."""
    if path == "-":
        return _make_source(_spool(sys.stdin.buffer, "standard input"), "standard input", encoding)
    try:
        file: IO[bytes] = open(path, "rb")  # noqa: SIM115 -- it stays open until close()
    except FileNotFoundError:
        raise NotFound("no such file", place=path) from None
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=path) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        with file:
            file = _spool(file, path)
    return _make_source(file, path, encoding)


def _make_source(file: IO[bytes], name: str, encoding: str) -> Source:
    try:
        return Source(file, name, encoding)
    except BaseException:
        file.close()
        raise


def find_source_form(name: str, file: IO[bytes]) -> str:
    """csv, jsonl or xlsx: told by the ending of the name, else by how the content begins."""
    form = _ENDINGS.get(name.rpartition(".")[2].lower())
    if form:
        return form
    file.seek(0)
    start = file.read(512)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    return "jsonl" if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"


def _spool(stream: IO[bytes], name: str) -> IO[bytes]:
    """A copy in a file without a name, of mode 0600, for what can be read only once."""
    import shutil
    import tempfile

    copy = tempfile.TemporaryFile()  # noqa: SIM115 -- it stays open until close()
    try:
        shutil.copyfileobj(stream, copy, sizes.BYTES_COPIED)
        copy.flush()
    except OSError as error:
        copy.close()
        raise SystemFailed(f"cannot be kept for checking: {error.strerror}", place=name) from error
    return copy


def _number_rows(rows: Sequence[Sequence[str]], before: int) -> list[int]:
    """The line that each row begins in; a cell may hold breaks."""
    lines, line = [], before + 1
    for row in rows:
        lines.append(line)
        line += 1 + sum(len(_BREAK.findall(cell)) for cell in row if "\n" in cell or "\r" in cell)
    return lines


def _as_text(value: Any) -> str | None:
    """A JSON value as text, "" for null; None for a list or an object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _write_cell(value: Any) -> str:
    """A cell of a sheet as a person typed it: whole numbers without a point, times in ISO 8601."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)
