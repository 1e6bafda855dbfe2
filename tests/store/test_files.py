"""Names of record files, and their order."""

import pytest

from dispatchctl.errors import BadData, SystemFailed
from dispatchctl.registers.row import split_file_name
from dispatchctl.store.files import is_writer_code, list_files, list_strays, parse_file_name


@pytest.mark.parametrize("code", ["main", "A", "SZ", "SZ1", "ABCDEFG8"])
def test_what_can_name_a_writer(code):
    assert is_writer_code(code)


@pytest.mark.parametrize("code", ["", "Main", "sz", "1A", "ABCDEFGH9", "S-Z", "深圳", "A.B", "A\n", "Ä", "A²"])
def test_what_cannot(code):
    assert not is_writer_code(code)


@pytest.mark.parametrize("name", ["2026-11.main", "2026-11.main.2", "2026-11.SZ", "2026-11.SZ.13"])
def test_names_are_read_as_rows_refer_to_them(name):
    assert parse_file_name(f"{name}.csv") == split_file_name(name)


STRAYS = [
    "2026-13.main.csv",
    "2026-00.main.csv",
    "2026-1.main.csv",
    "2026-11.csv",
    "2026-11.main.1.csv",
    "2026-11.main.02.csv",
    "2026-11.main.x.csv",
    "2026-11.main..csv",
    "2026-11.main.csv.bak",
    "2026-11.mine.csv",
    "２０２６-11.main.csv",
    "2026-11.main.2.3.csv",
    ".csv",
]


def test_other_files_are_left_out_and_told_of(tmp_path):
    folder = tmp_path / "orders"
    folder.mkdir()
    names = ["2026-11.main.10.csv", "2026-11.main.2.csv", "2026-11.main.csv", "2026-11.B.csv", "2025-12.main.csv"]
    for name in names + STRAYS:
        (folder / name).touch()
    files = list_files(str(tmp_path), "records", "orders")
    assert [file.name for file in files] == [
        "2025-12.main",
        "2026-11.B",
        "2026-11.main",
        "2026-11.main.2",
        "2026-11.main.10",
    ]
    assert files[0].label == "records/orders/2025-12.main.csv"
    assert list_strays(str(tmp_path), "records", "orders") == sorted(STRAYS)


def test_a_register_without_folder_has_no_files_and_a_file_is_no_folder(tmp_path):
    assert list_files(str(tmp_path), "records", "orders") == []
    (tmp_path / "orders").touch()
    with pytest.raises((BadData, SystemFailed), match="records/orders"):
        list_files(str(tmp_path), "records", "orders")
