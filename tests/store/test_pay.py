"""The private pay lines: what a file says, what is wrong with one, and which files are not read at all."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from dispatchctl.errors import BadData
from dispatchctl.store.folder import Folder, make_folder, open_folder
from dispatchctl.store.pay import PayLine, read_pay

HEAD = "staff,from,line,amount\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    make_folder(str(tmp_path / "records"))
    return open_folder(str(tmp_path / "records"))


def write(folder: Folder, text: str | bytes, mode: int = 0o600) -> Path:
    path = Path(folder.path) / "private" / "pay.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def faults(folder: Folder, text: str | bytes) -> list[str]:
    write(folder, text)
    with pytest.raises(BadData) as caught:
        read_pay(folder)
    assert caught.value.exit_code == 5
    return [str(fault) for fault in caught.value.faults]


def test_no_file_is_no_fault(folder: Folder) -> None:
    assert read_pay(folder) is None


def test_a_line_holds_until_a_later_one_of_its_kind(folder: Folder) -> None:
    write(
        folder, HEAD + "wu,2026-07,base,5200\nwu,2026-01,base,5000.00\nwu,2026-01,insurance,-380.5\nli,2026-01,base,1\n"
    )
    file = read_pay(folder)
    assert file is not None
    assert file.find("wu", "base", "2025-12") is None
    assert [file.find("wu", "base", f"2026-{month:02}").amount for month in (1, 6, 7, 12)] == [5000, 5000, 5200, 5200]  # type: ignore[union-attr]
    assert file.find("wu", "insurance", "2026-11") == PayLine("wu", "2026-01", "insurance", Decimal("-380.5"), 4)
    assert file.find("wu", "year-end", "2026-11") is None
    assert not file.open_to_others


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEAD + "wu,2026-01,base,5000\n",
        "staff,from,line,amount\r\nwu,2026-01,base,5000\r\n",
        HEAD + '"wu","2026-01","base","5000"',
        HEAD + "\n ,,,\nwu , 2026-01,base,5000.0\n\n",
    ],
    ids=["byte-order-mark", "crlf", "quoted, without a last newline", "empty lines and blanks"],
)
def test_what_spreadsheets_write_is_read(folder: Folder, text: str) -> None:
    write(folder, text)
    file = read_pay(folder)
    assert file is not None
    assert [(line.staff, line.line, line.amount) for line in file.lines] == [("wu", "base", 5000)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",2026-01,base,1", ":2: staff is empty (a staff id)"),
        ("wu,2026-13,base,1", ":2: from: '2026-13' is no month (YYYY-MM)"),
        ("wu,2026-1,base,1", ":2: from: '2026-1' is no month (YYYY-MM)"),
        ("wu,2026-01,bonus,1", ":2: line: 'bonus' is not known (base, insurance, year-end)"),
        ("wu,2026-01,base,-1", ":2: amount is not understood (an amount with at most two places"),
        ("wu,2026-01,base,1.234", ":2: amount is not understood"),
        ("wu,2026-01,base,1e3", ":2: amount is not understood"),
        ("wu,2026-01,base,５００", ":2: amount is not understood"),
        ("wu,2026-01,base,", ":2: amount is not understood"),
        ("wu,2026-01,insurance,--1", ":2: amount is not understood"),
        ("wu,2026-01,base", ":2: is not a row of this file (four columns: staff,from,line,amount)"),
        ("wu,2026-01,base,1,2", ":2: is not a row of this file"),
        ('wu,2026-01,base,"1', ":2: is not a row of this file"),
    ],
)
def test_a_faulty_row_is_named_by_line_with_what_is_allowed(folder: Folder, row: str, said: str) -> None:
    (fault,) = faults(folder, HEAD + row + "\n")
    assert fault.startswith("records/private/pay.csv" + said)


def test_every_fault_is_told_at_once_and_no_amount_is(folder: Folder) -> None:
    text = HEAD + "wu,2026-01,base,98765.432\nwu,2026-02,base,5000\n,x,y,z\nwu,2026-02,base,6000\n"
    found = faults(folder, text)
    assert [fault.split(":")[1] for fault in found] == ["2", "4", "4", "4", "4", "5"]
    assert "says again what line 3 says of 'wu', base from 2026-02" in found[-1]
    assert not any(amount in "".join(found) for amount in ("98765", "5000", "6000"))


@pytest.mark.parametrize("head", ["", "a,b\n", "staff,from,line\n", "staff;from;line;amount\n", '"staff\n'])
def test_another_header_is_refused(folder: Folder, head: str) -> None:
    assert faults(folder, head + "wu,2026-01,base,1\n")[0].startswith("records/private/pay.csv:1: the first line names")


def test_what_is_not_utf8_is_named_by_line(folder: Folder) -> None:
    assert faults(folder, (HEAD + "wu,2026-01,base,1\n").encode() + "吴".encode("gb18030"))[0].startswith(
        "records/private/pay.csv:3: is not UTF-8"
    )


def test_a_link_or_a_folder_is_not_read(folder: Folder, tmp_path: Path) -> None:
    path = write(folder, HEAD)
    elsewhere = tmp_path / "pay.csv"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(BadData, match="is a link"):
        read_pay(folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(BadData, match="not a regular file|is a folder"):
        read_pay(folder)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(BadData, match="not a regular file"):
        read_pay(folder)


@pytest.mark.parametrize(
    ("mode", "told"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o660, True)]
)
def test_a_file_that_others_can_read_is_told(folder: Folder, mode: int, told: bool) -> None:
    write(folder, HEAD, mode)
    file = read_pay(folder)
    assert file is not None
    assert file.open_to_others is told
