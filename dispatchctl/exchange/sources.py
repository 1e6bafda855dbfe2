"""Somebody else's file as columns of text, some thousand rows at a time: CSV, JSON lines, XLSX. Exchange.

Nothing is typed: a value is the text that stands there. The whole of it is checked before anything is written, so that
it is read twice.
"""

import os
import re
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import IO, Any, NamedTuple

from dispatchctl import sizes
from dispatchctl.errors import BadData, Fault
from dispatchctl.exchange.inputs import open_input, spool
from dispatchctl.exchange.layouts import (
    FOREIGN,
    HEADER_LINES,
    WORDS,
    XLS,
    XLSX,
    FileForm,
    find_misread,
    find_unread,
    gather_foreign,
    is_markup,
    tell_delimiter,
    tell_encoding,
    tell_header,
)
from dispatchctl.exchange.templates import Template, read_template

Keep = Callable[[Hashable, Callable[[], IO[bytes]]], IO[bytes]]

BOM = b"\xef\xbb\xbf"
_BREAK = re.compile(r"\r\n|\r|\n")
_ENDINGS = {"csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl"}
HEAD = 4096  # bytes by which encoding and form are told
_BROKEN = {"utf-8": "surrogateescape", "gb18030": "surrogateescape", "utf-16": "surrogatepass"}
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB 18030", "utf-16": "UTF-16"}


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
    """An opened input. name: how messages call it. header: its columns, None where each row names its own.

    whole: templates that give nothing where one of their columns is blank.
    """

    def __init__(self, file: IO[bytes], name: str, layout: FileForm) -> None:
        self.file, self.name, self.layout = file, name, layout
        self.whole: set[str] = set()
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
        if self.form == "csv":
            self._check_encoding()
        number = self.layout.header
        rows = self._read_first_rows(number)
        row = rows[number - 1] if len(rows) >= number else []
        if not any(row):
            raise BadData("has no line of column names", place=f"{self.name}:{number}")
        self.header = [cell.strip() for cell in row]
        for place, column in enumerate(self.header, 1):
            self.numbers.setdefault(column, place)

    def _read_first_rows(self, count: int) -> list[list[str]]:
        if self.form == "xlsx":
            return list(islice(self._read_sheet(), count))
        import csv

        with self._open_csv() as reader:
            try:
                return list(islice(reader, count))
            except csv.Error as error:
                raise BadData(f"is not CSV: {error}", place=f"{self.name}:{reader.line_num}") from None

    def _check_encoding(self) -> None:
        """BadData where the first bytes are of another encoding than the map says, or no table at all."""
        head = read_head(self.file)
        if is_markup(head):
            hint = "open it in a spreadsheet program and save it as .xlsx or CSV"
            raise BadData("is a page of HTML, whatever its name", place=self.name, hint=hint)
        encoding = self.layout.encoding
        line = head if encoding == "utf-16" else head[: head.find(b"\n") + 1] or head
        found = tell_encoding(line)
        marked = line.startswith(BOM)
        if found == encoding or encoding == "utf-16":
            return
        if encoding == "gb18030" and found == "utf-8" and not marked and find_unread(line) is None:
            return
        place = f"{self.name}:1"
        if marked and found == "utf-8":
            raise BadData("begins with a mark of UTF-8", place=place, hint="map: leave out encoding")
        if found:
            read = "is UTF-16" if found == "utf-16" else f"is not {_NAMES[encoding]}, but reads as {_NAMES[found]}"
            raise BadData(read, place=place, hint=f"map: encoding: {found}")
        if b"\0" in line:
            raise BadData("holds zero bytes: it is no text", place=place, hint="save it as .xlsx or as CSV in UTF-8")

    def find_doubt(self) -> Fault | None:
        """What speaks for another encoding than the one the text is read in; None where the map says which, or nothing.

        Bytes that are no text of that encoding are faults of their rows, and no doubt.
        """
        layout = self.layout
        if self.form == "xlsx" or layout.encoding == "utf-16" or (layout.encoding == "utf-8" and layout.told):
            return None
        self.file.seek(0)
        line, data = gather_foreign(iter(partial(self.file.readline, FOREIGN), b""))  # a file may be one long line
        self.file.seek(0)
        if not data or data.startswith(BOM):
            return None
        mirrored = layout.encoding == "gb18030" and layout.told
        found = find_unread(data) if mirrored else find_misread(data)
        if found is None:
            return None
        said = dict(zip(("utf-8", "gb18030"), found, strict=True))
        taken, other = ("utf-8", "gb18030") if layout.encoding == "utf-8" else ("gb18030", "utf-8")
        message = (
            f"read as {_NAMES[taken]}, in which it says {said[taken]!r}; {_NAMES[other]} would say {said[other]!r}"
        )
        hint = f"map: encoding: {other}" + ("" if mirrored else f", or encoding: {taken} where that is right")
        if self.form == "jsonl":
            hint = "save it in UTF-8"
        return Fault(self.name, line, 0, "encoding", message, "", hint)

    def tell_layout(self) -> list[tuple[str, str]]:
        """(what is otherwise than the map says, the line of the map that mends it) as the first rows tell."""
        if self.header is None:
            return []
        told = []
        if self.form == "csv":
            line = self._read_line()
            found = tell_delimiter(line)
            if len(self.header) == 1 and found != self.layout.delimiter:
                name = {"\t": "tabs", ";": "semicolons", ",": "commas"}[found]
                return [(f"{self.name} separates its cells by {name}", f"delimiter: {WORDS[found]}")]
        number = tell_header(self._read_first_rows(HEADER_LINES))
        if number != self.layout.header:
            told.append((f"{self.name} has its column names in row {number}", f"header: {number}"))
        elif self.form == "xlsx" and not self.layout.sheet and len(names := self.list_sheets()) > 1:
            told.append((f"{self.name} has the sheets {', '.join(names[:8])}", f"sheet: {names[1]}"))
        return told

    def _read_line(self) -> str:
        """The widest of the first lines, as it stands."""
        encoding = self.layout.encoding
        lines = read_head(self.file).decode(encoding, "replace").splitlines()[:HEADER_LINES]
        return max(lines, key=len, default="")

    @contextmanager
    def _open_csv(self) -> Iterator[Any]:
        """A csv.reader from the beginning of the file. Bytes that are no text become halves of surrogate pairs."""
        import csv
        import io

        encoding = "utf-8-sig" if self.layout.encoding == "utf-8" else self.layout.encoding
        # a second descriptor, since a text layer closes what it wraps; both stand at the same byte of the file
        raw = os.fdopen(os.dup(self.file.fileno()), "rb", max(sizes.BYTES_COPIED, 2))  # 1 would mean lines
        os.lseek(raw.fileno(), 0, os.SEEK_SET)
        with io.TextIOWrapper(raw, encoding, _BROKEN[self.layout.encoding], newline="") as text:
            yield csv.reader(text, strict=True, delimiter=self.layout.delimiter)

    def find_template(self, column: str) -> Template | None:
        """The columns that a name joins, None for the name of one column."""
        return None if self.header is not None and column in self.header else read_template(column)

    def list_parts(self, column: str) -> list[str]:
        """The columns of the input that a name stands for."""
        template = self.find_template(column)
        return template.columns if template else [column]

    def read_chunks(self, wanted: Sequence[str], size: int) -> Iterator[Chunk]:
        """All rows, from the first, `size` (at least 1) at a time, as the columns named in `wanted`.

        A name may be a template over columns. Columns that the header lacks are empty. Rows without any text, as
        spreadsheets leave them at the end, are passed over.
        """
        templates = [self.find_template(name) for name in wanted]
        if not any(templates):
            yield from self._read_chunks(wanted, size)
            return
        plain = list(dict.fromkeys(part for name in wanted for part in self.list_parts(name)))
        for chunk in self._read_chunks(plain, size):
            columns = []
            for name, template in zip(wanted, templates, strict=True):
                if template is None:
                    columns.append(chunk.columns[plain.index(name)])
                    continue
                parts = [chunk.columns[plain.index(part)] for part in template.columns]
                whole = name in self.whole
                columns.append([template.fill(cells, whole=whole) for cells in zip(*parts, strict=True)])
            yield chunk._replace(columns=columns)

    def _read_chunks(self, wanted: Sequence[str], size: int) -> Iterator[Chunk]:
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
        for _ in range(self.layout.header):
            next(reader)
        width = len(header)
        places = [header.index(name) if name in header else -1 for name in wanted]
        while True:
            before, broken, ended = reader.line_num, "", False
            rows: list[list[str]] = []
            try:
                # on an error what was read before it stays in the list
                rows.extend(islice(reader, size))
            except csv.Error as error:
                broken = str(error)
            except UnicodeDecodeError as error:  # of UTF-16, which cannot be read on after it
                broken, ended = str(error), True
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
            if ended:
                return

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
            if number > self.layout.header and any(row):
                yield number, [row[place] if 0 <= place < len(row) else "" for place in places], None

    def _read_sheet(self) -> Iterator[list[str]]:
        """The rows of a workbook's sheet as text, the header's too."""
        book = self._open_book()
        name = self.layout.sheet
        if name and name not in book.sheet_names:
            hint = f"map: sheet: one of {', '.join(book.sheet_names[:12])}"
            raise BadData(f"has no sheet {name[:60]!r}", place=self.name, hint=hint)
        try:
            sheet = book.get_sheet_by_name(name) if name else book.get_sheet_by_index(0)
        except (OSError, ValueError, IndexError, LookupError) as error:
            raise BadData(f"is not a workbook: {error}", place=self.name) from None
        for row in sheet.iter_rows():
            yield [_write_cell(cell) for cell in row]

    def _open_book(self) -> Any:
        try:
            from python_calamine import CalamineError, load_workbook
        except ImportError:
            hint = "pip install 'dispatchctl[xlsx]', or save the sheet as CSV"
            raise BadData("reading XLSX needs the package python-calamine", place=self.name, hint=hint) from None
        self.file.seek(0)
        try:
            return load_workbook(self.file)
        except (CalamineError, OSError, ValueError, IndexError) as error:
            raise BadData(f"is not a workbook: {error}", place=self.name) from None

    def list_sheets(self) -> list[str]:
        """The names of a workbook's sheets."""
        return list(self._open_book().sheet_names)


def read_head(file: IO[bytes]) -> bytes:
    """The first bytes of a file, which is left at its beginning."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return head


def guess_form(path: str) -> FileForm:
    """The form of a file as its first bytes tell it; NotFound, SystemFailed or BadData where it cannot be read."""
    if path == "-":
        raise BadData("a map is suggested for a file, not for standard input", place="-")
    encoding, delimiter = "utf-8", ","
    with open_input(path) as file:
        form = find_source_form(path, file)
        head = read_head(file)
    if form == "csv":
        encoding = (
            "gb18030"
            if find_misread(gather_foreign(head.splitlines(keepends=True))[1])
            else tell_encoding(head) or "utf-8"
        )
        lines = head.decode(encoding, "replace").splitlines()[:HEADER_LINES]
        delimiter = tell_delimiter(max(lines, key=len, default=""))
    found = FileForm(encoding, delimiter)
    if form == "jsonl":
        return found
    source = open_source(path, found)
    try:
        for _ in range(2):  # the sheet, then the row of its column names
            for _, line in source.tell_layout():
                word, _, value = line.partition(": ")
                found = found._replace(**({"header": int(value)} if word == "header" else {"sheet": value}))
                source.layout = found
        return found
    finally:
        source.close()


def open_source(path: str, layout: FileForm, keep: Keep | None = None) -> Source:
    """The input at `path`, `-` for standard input. NotFound, SystemFailed, or BadData where it has no header.

    keep: answers what was opened before under this path, since some input can be read but once (Workspace.keep).
    """
    name = "standard input" if path == "-" else path
    if keep is None:
        file = _open_twice(path, name)
    else:
        file = os.fdopen(os.dup(keep(path, lambda: _open_twice(path, name)).fileno()), "rb")
        file.seek(0)
    try:
        return Source(file, name, layout)
    except BaseException:
        file.close()
        raise


def _open_twice(path: str, name: str) -> IO[bytes]:
    """The input, to be read more than once."""
    return spool(sys.stdin.buffer, name) if path == "-" else open_input(path)


def find_source_form(name: str, file: IO[bytes]) -> str:
    """csv, jsonl or xlsx (any workbook): told by how the content begins, and by the ending of the name."""
    start = read_head(file)
    if start.startswith((XLSX, XLS)):
        return "xlsx"
    ending = name.rpartition(".")[2].lower()
    if ending == "xlsx":
        return "xlsx"
    form = _ENDINGS.get(ending)
    if form:
        return form
    return "jsonl" if start.removeprefix(BOM).lstrip().startswith(b"{") else "csv"


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
