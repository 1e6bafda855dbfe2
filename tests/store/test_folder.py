"""The records folder: made once, opened by anyone, written by one clone under one code."""

import os
import stat

import pytest
from notebook import Notebook, jot

from dispatchctl.errors import BadData, NotFound, Refused, UsageFault
from dispatchctl.store.folder import (
    claim_writer,
    list_register_folders,
    list_writers,
    make_folder,
    mark_demo,
    open_folder,
    read_writer,
    require_writer,
)


def test_a_new_folder_can_be_written(tmp_path):
    before = os.umask(0o077)
    try:
        made = make_folder(str(tmp_path / "desk" / "records"))
    finally:
        os.umask(before)
    assert [os.path.relpath(path, tmp_path / "desk") for path in made] == [
        "records",
        "records/private",
        "records/.lock",
        "records/.writer",
        ".gitignore",
        ".gitattributes",
    ]
    folder = open_folder(str(tmp_path / "desk" / "records"))
    assert (folder.label, folder.writer, folder.demo) == ("records", "main", False)
    for name, mode in (("", 0o2770), ("private", 0o2770), (".lock", 0o660), (".writer", 0o660)):
        assert stat.S_IMODE(os.stat(f"{folder.path}/{name}").st_mode) == mode


def test_private_files_never_travel_by_git_and_lines_are_never_merged(tmp_path):
    (tmp_path / ".gitignore").write_text("*.tmp")
    make_folder(str(tmp_path / "records"))
    assert (tmp_path / ".gitignore").read_text().split("\n") == [
        "*.tmp",
        "/records/.lock",
        "/records/.writer",
        "/records/private",
        "",
    ]
    assert (tmp_path / ".gitattributes").read_text() == "/records/** -text -merge\n"


def test_making_it_again_keeps_what_is_there(tmp_path):
    make_folder(str(tmp_path / "records"))
    (tmp_path / "records" / ".writer").write_text("SZ\n")
    assert make_folder(str(tmp_path / "records")) == []
    assert open_folder(str(tmp_path / "records")).writer == "SZ"


def test_a_folder_without_rows_is_a_demo_or_none(tmp_path):
    path = str(tmp_path / "records")
    make_folder(path)
    assert (mark_demo(path, True), mark_demo(path, True)) == ([f"{path}/.demo"], [])
    assert open_folder(path).demo
    assert (mark_demo(path, False), mark_demo(path, False)) == ([], [])
    assert not open_folder(path).demo


@pytest.mark.parametrize("demo", [True, False])
def test_a_folder_with_rows_stays_what_it_is(tmp_path, demo):
    notebook = Notebook(tmp_path)
    notebook.write(jot("one"))
    with pytest.raises(Refused):
        mark_demo(str(tmp_path / "records"), demo)
    assert not open_folder(str(tmp_path / "records")).demo


def test_a_folder_with_rows_is_not_made_again(tmp_path):
    Notebook(tmp_path).write(jot("one"))
    with pytest.raises(Refused):
        make_folder(str(tmp_path / "records"))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(NotFound) as caught:
        open_folder(str(tmp_path / "records"))
    assert (caught.value.exit_code, "init" in caught.value.hint) == (3, True)


def test_a_clone_without_writer_reads_only(tmp_path):
    notebook = Notebook(tmp_path)
    notebook.write(jot("one"))
    os.unlink(f"{notebook.folder.path}/.writer")
    folder = open_folder(notebook.folder.path)
    with pytest.raises(Refused) as caught:
        require_writer(folder)
    assert "records writer CODE" in caught.value.hint
    with pytest.raises(Refused, match="already has files"):
        claim_writer(folder, "main")
    assert read_writer(folder.path) == ""
    assert claim_writer(folder, "SZ").writer == "SZ"
    assert open_folder(folder.path).writer == "SZ"
    assert claim_writer(open_folder(folder.path), "main", take_over=True).writer == "main"
    assert require_writer(open_folder(folder.path)) == "main"


@pytest.mark.parametrize("code", ["", "sz", "TOOLONGCODE", "../X"])
def test_a_code_has_a_form(tmp_path, code):
    with pytest.raises(UsageFault):
        claim_writer(Notebook(tmp_path).folder, code)


def test_a_damaged_writer_file_is_bad_data(tmp_path):
    folder = Notebook(tmp_path).folder
    with open(f"{folder.path}/.writer", "wb") as stream:
        stream.write(b"\xff../evil\n")
    with pytest.raises(BadData, match=r"records/\.writer"):
        open_folder(folder.path)


def test_registers_and_writers_are_what_has_files(tmp_path):
    notebook = Notebook(tmp_path)
    assert list_writers(notebook.folder.path) == []
    notebook.write(jot("one"))
    notebook.write(jot("two"), writer="SZ")
    (tmp_path / "records" / "policies").mkdir()
    assert list_register_folders(notebook.folder.path) == ["jottings"]
    assert list_writers(notebook.folder.path) == ["SZ", "main"]
