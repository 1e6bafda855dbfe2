"""Inputs as columns of text: CSV in two encodings, JSON lines, sheets, pipes; the line that each row stands in."""

import io
import os
import stat
import sys
from pathlib import Path
from unittest import mock

import pytest

from dispatchctl.errors import BadData, NotFound, UsageFault
from dispatchctl.exchange.layouts import FileForm
from dispatchctl.exchange.sources import open_source

Row = tuple[int, list[str]]


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero here")
def test_what_never_ends_is_no_file() -> None:
    with pytest.raises(UsageFault, match="is a device"):
        open_source("/dev/zero", FileForm("utf-8"))


def read_all(path: str, wanted: list[str], size: int = 2, encoding: str = "utf-8") -> tuple[list[Row], list[str]]:
    """(line, cells) of every row, and the faults as line:code; read twice, since imports do."""
    source = open_source(path, FileForm(encoding))
    try:
        answers = []
        for _ in range(2):
            rows: list[Row] = []
            faults = []
            for chunk in source.read_chunks(wanted, size):
                assert {len(column) for column in chunk.columns} == {chunk.height}
                rows += zip(chunk.lines, map(list, zip(*chunk.columns, strict=True)), strict=True)
                faults += [f"{fault.line}:{fault.code}" for _, fault in chunk.faults]
            answers.append((rows, faults))
        assert answers[0] == answers[1]
        return answers[0]
    finally:
        source.close()


def write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_rows_know_the_line_they_begin_in(tmp_path: Path, size: int) -> None:
    path = write(tmp_path / "a.csv", b'n,t\n1,a\n\n2,"b\nc\r\nd"\n3,e\n,\n4,f\n')
    rows, faults = read_all(path, ["t", "n"], size)
    assert rows == [(2, ["a", "1"]), (4, ["b\nc\r\nd", "2"]), (7, ["e", "3"]), (9, ["f", "4"])]
    assert faults == []


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-8", "编号,内容\n1,漏水\n".encode()),
        ("utf-8", "编号,内容\r\n1,漏水\r\n".encode("utf-8-sig")),
        ("gb18030", "编号,内容\n1,漏水\n".encode("gb18030")),
    ],
)
def test_chinese_in_each_encoding(tmp_path: Path, encoding: str, data: bytes) -> None:
    assert read_all(write(tmp_path / "a.csv", data), ["内容"], encoding=encoding)[0] == [(2, ["漏水"])]


def test_bytes_that_are_no_text_stay_in_their_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"n,t\n1,ok\n2,\xc2\xa9\xff\n3,ok\n")
    rows, _ = read_all(path, ["n", "t"])
    assert [cells[1] for _, cells in rows] == ["ok", "©\udcff", "ok"]


def test_a_row_of_another_width_and_one_that_is_no_csv_are_faults(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b'n,t\n1,a\n2\n3,b,c\n4,"d"e\n5,f\n')
    rows, faults = read_all(path, ["n"], 10)
    assert faults == ["3:cells", "4:cells", "5:not-csv"]
    assert rows == [(2, ["1"]), (3, [""]), (4, [""]), (5, [""]), (6, ["5"])]


def test_a_quote_left_open_is_one_fault(tmp_path: Path) -> None:
    rows, faults = read_all(write(tmp_path / "a.csv", b'n,t\n1,a\n2,"b\n3,c\n'), ["n"], 10)
    assert len(rows) == 2
    assert [fault.partition(":")[2] for fault in faults] == ["not-csv"]


def test_json_lines_keep_numbers_as_they_were_typed(tmp_path: Path) -> None:
    lines = ['{"n": 007}', '{"n": 1.10, "t": null}', "", '{"t": true, "n": 12345678901234567890}', "[1]", '{"n": [1]}']
    rows, faults = read_all(write(tmp_path / "a.jsonl", "\n".join(lines).encode()), ["n", "t"])
    assert faults == ["1:not-json", "5:not-json", "6:not-text"]
    assert rows[1:3] == [(2, ["1.10", ""]), (4, ["12345678901234567890", "true"])]


def test_json_nested_without_end_is_a_fault(tmp_path: Path) -> None:
    data = b'{"n": ' + b"[" * 100_000 + b"\n" + b'{"n": "2"}\n'
    rows, faults = read_all(write(tmp_path / "a.jsonl", data), ["n"])
    assert faults == ["1:not-json"]
    assert rows[1] == (2, ["2"])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b",,\n"])
def test_a_file_without_column_names_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadData, match=r"a\.csv:1: has no line of column names"):
        open_source(write(tmp_path / "a.csv", data), FileForm())


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such file"):
        open_source(str(tmp_path / "none.csv"), FileForm())


def test_standard_input_is_kept_in_a_file_of_nobody_else(tmp_path: Path) -> None:
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"n,t\n1,a\n"))):
        source = open_source("-", FileForm())
    try:
        status = os.fstat(source.file.fileno())
        assert stat.S_IMODE(status.st_mode) & 0o077 == 0
        for _ in range(2):
            assert [chunk.columns for chunk in source.read_chunks(["t"], 5)] == [[["a"]]]
    finally:
        source.close()


def test_a_pipe_is_read_once_and_kept(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b'{"n": "1"}\n')
    os.close(writing)
    try:
        assert read_all(f"/dev/fd/{reading}", ["n"])[0] == [(1, ["1"])]
    finally:
        os.close(reading)


def test_a_file_that_changes_under_the_reader_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"n\n1\n")
    source = open_source(path, FileForm())
    try:
        source.check_unchanged()
        with open(path, "ab") as file:
            file.write(b"2\n")
        with pytest.raises(BadData, match="was changed"):
            source.check_unchanged()
    finally:
        source.close()


def test_a_sheet_needs_its_library_or_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", b"PK\x03\x04 not really")
    with pytest.raises(BadData) as caught:
        open_source(path, FileForm())
    assert "python-calamine" in str(caught.value) or "is not a workbook" in str(caught.value)


def test_a_sheet_is_read_as_people_typed_it(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter", reason="the extra xlsx is not installed")
    pytest.importorskip("python_calamine", reason="the extra xlsx is not installed")
    from datetime import datetime

    path = str(tmp_path / "a.xlsx")
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    form = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(0, 0, ["n", "at", "t"])
    sheet.write_number(1, 0, 101000295613)
    sheet.write_datetime(1, 1, datetime(2011, 7, 1, 1, 32, 33), form)
    sheet.write_string(1, 2, "=1+1")
    book.close()
    rows, _ = read_all(path, ["n", "at", "t"])
    assert rows == [(2, ["101000295613", "2011-07-01T01:32:33", "=1+1"])]
