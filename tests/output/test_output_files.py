"""Files of -o: whole or not at all, never over another one unasked, never among the records."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from dispatchctl.errors import NotFound, Refused, SystemFailed, UsageFault
from dispatchctl.output import files
from dispatchctl.output.files import read_ending, write_output


@pytest.fixture
def records(tmp_path: Path) -> str:
    folder = tmp_path / "records"
    (folder / "orders").mkdir(parents=True)
    return str(folder)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path, records: str) -> None:
    write_output(str(tmp_path / "a.csv"), "编号\n", records=records, encoding="utf-8-sig")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + "编号\n".encode()
    write_output(str(tmp_path / "b.csv"), "编号\n", records=records, encoding="gb18030")
    assert (tmp_path / "b.csv").read_bytes() == "编号\n".encode("gb18030")
    write_output(str(tmp_path / "c.xlsx"), b"PK\x00", records=records)
    assert (tmp_path / "c.xlsx").read_bytes() == b"PK\x00"
    assert names(tmp_path) == ["a.csv", "b.csv", "c.xlsx", "records"]


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path, records: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(Refused, match="is there already") as caught:
        write_output(str(path), "new", records=records)
    assert "--force" in caught.value.hint
    assert path.read_text(encoding="utf-8") == "old"
    write_output(str(path), "new", records=records, force=True)
    assert path.read_text(encoding="utf-8") == "new"


def test_a_file_that_comes_in_the_meantime_is_kept(
    tmp_path: Path, records: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"

    def write(fresh: str, content: bytes) -> None:
        Path(fresh).write_bytes(content)
        path.write_text("theirs", encoding="utf-8")

    monkeypatch.setattr(files, "_write_synced", write)
    with pytest.raises(Refused, match="is there already"):
        write_output(str(path), "ours", records=records)
    assert path.read_text(encoding="utf-8") == "theirs"
    assert names(tmp_path) == ["a.csv", "records"]


def test_nothing_is_written_among_the_records(tmp_path: Path, records: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(records)
    monkeypatch.chdir(tmp_path / "records" / "orders")
    for path in (f"{records}/a.csv", f"{records}/orders/a.csv", str(tmp_path / "link" / "a.csv"), "a.csv", "../a.csv",
                 str(tmp_path / "x" / ".." / "records" / "a.csv")):  # fmt: skip
        with pytest.raises(Refused, match="records folder"):
            write_output(path, "x", records=records, force=True)
    assert names(tmp_path / "records") == ["orders"]
    assert names(tmp_path / "records" / "orders") == []


@pytest.mark.parametrize("force", [True, False])
def test_what_is_no_plain_file_is_left_alone(force: bool, tmp_path: Path, records: str) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "target").write_text("kept", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "target")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    for name in ("pipe.csv", "folder.csv", "link.csv", "dangling.csv"):
        with pytest.raises(Refused, match="not a plain file"):
            write_output(str(tmp_path / name), "x", records=records, force=force)
    assert (tmp_path / "target").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
def test_a_failing_disk_leaves_nothing_behind(
    call: str, tmp_path: Path, records: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **rest: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    if call == "link":  # no hard links there: a rename does as well
        write_output(str(tmp_path / "a.csv"), "x", records=records)
    else:
        with pytest.raises(SystemFailed, match=r"a\.csv: No space left"):
            write_output(str(tmp_path / "a.csv"), "x", records=records)
    monkeypatch.undo()
    assert names(tmp_path) == (["a.csv", "records"] if call == "link" else ["records"])


def test_a_short_write_is_gone_on_with(tmp_path: Path, records: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: whole(handle, data[:3]))
    write_output(str(tmp_path / "a.csv"), "0123456789", records=records)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "0123456789"


@pytest.mark.parametrize(
    ("path", "error", "told"),
    [
        ("no/such/folder/a.csv", NotFound, "there is no such folder to write to"),
        ("a" * 300 + ".csv", UsageFault, "File name too long"),
    ],
)
def test_a_path_that_cannot_be_is_said_to_be(
    path: str, error: type[Exception], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=told):
        write_output(path, "x", records="")


@pytest.mark.parametrize(
    ("path", "form"), [("a.csv", "csv"), ("A.XLSX", "xlsx"), ("b.c.md", "markdown"), ("x.yml", "yaml")]
)
def test_endings(path: str, form: str) -> None:
    assert read_ending(path) == form


@pytest.mark.parametrize("path", ["a", "a.doc", ".csv", "csv"])
def test_an_ending_that_names_no_format(path: str) -> None:
    with pytest.raises(UsageFault, match="ending names no format"):
        read_ending(path)
