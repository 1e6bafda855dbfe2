"""Writing: all of a command or nothing, on disk before it is acknowledged, whatever the disk does."""

import errno
import multiprocessing
import os
import stat

import pytest
from notebook import PAGE, Notebook, jot

from dispatchctl.errors import BadData, OutcomeUnknown, Refused, SystemFailed, UsageFault
from dispatchctl.registers.page import list_columns
from dispatchctl.store import files as files_module
from dispatchctl.store.journal import Lock, append_groups, find_end, sync_rows


@pytest.fixture
def notebook(tmp_path):
    return Notebook(tmp_path)


@pytest.fixture
def umask():
    before = os.umask(0o077)
    yield
    os.umask(before)


class Disk:
    """Counts calls of one function of os and lets the k-th fail."""

    def __init__(self, monkeypatch, name, fail_at=0, code=errno.EIO):
        self.calls, self.fail_at, self.code = 0, fail_at, code
        self.real = getattr(os, name)
        monkeypatch.setattr(files_module.os, name, self)

    def __call__(self, *values, **named):
        self.calls += 1
        if self.calls == self.fail_at:
            raise OSError(self.code, os.strerror(self.code))
        return self.real(*values, **named)


def test_modes_do_not_depend_on_the_umask(umask, notebook):
    notebook.write(jot("one"))
    assert stat.S_IMODE(notebook.path().stat().st_mode) == 0o660
    assert stat.S_IMODE(notebook.path().parent.stat().st_mode) == 0o2770


def test_times_show_the_offset_of_the_timezone(notebook):
    notebook.write(jot("one"))
    line = notebook.path().read_text(encoding="utf-8").split("\n")[1]
    at, recorded = line.split(",")[:2]
    assert at.endswith("+08:00")
    assert len(at) == 25
    assert recorded.endswith("+08:00")
    assert len(recorded) == 32


def test_all_rows_of_a_group_but_the_last_are_marked(notebook):
    notebook.write(jot("one", "two", "three"), jot("four"))
    lines = notebook.path().read_text(encoding="utf-8").split("\n")[1:-1]
    assert [line.split(",")[-2] for line in lines] == ["1+", "2+", "3", "4"]


def test_groups_go_out_in_one_write_and_one_sync(monkeypatch, notebook):
    notebook.write(jot("one"))
    writes, syncs = Disk(monkeypatch, "write"), Disk(monkeypatch, "fsync")
    notebook.write(jot("two", "three"), jot("four"))
    assert (writes.calls, syncs.calls) == (1, 1)


def test_a_new_file_has_its_folder_synced_too(monkeypatch, notebook):
    syncs = Disk(monkeypatch, "fsync")
    notebook.write(jot("one"))
    assert syncs.calls == 3  # the records folder (a new register), the file, the register's folder


def test_short_writes_are_completed(monkeypatch, notebook):
    notebook.write(jot("one"))
    real = os.write
    monkeypatch.setattr(files_module.os, "write", lambda descriptor, data: real(descriptor, data[:7]))
    notebook.write(jot("two", "three"))
    assert notebook.contents() == ["one", "two", "three"]


def test_a_new_month_and_a_new_column_go_on_in_another_file_of_the_same_chain(notebook):
    notebook.write(jot("one"))
    wider = PAGE._replace(fields=(*PAGE.fields, PAGE.fields[0]._replace(name="mood")))
    notebook.write([jot("two")[0]._replace(fields={"mood": "好"})], page=wider)
    notebook.write(jot("three"))  # an older version again: it can write the wider file, and leaves its column empty
    notebook.write(jot("four"), month="2999-01")
    month = notebook.month
    assert [file.name for file in notebook.files()] == [f"{month}.main", f"{month}.main.2", "2999-01.main"]
    assert [len(read.rows) for read in notebook.read()] == [1, 2, 1]
    assert notebook.read()[1].position.columns == list_columns(wider)
    assert not notebook.faults()


def test_going_back_a_month_is_refused(notebook):
    notebook.write(jot("one"))
    with pytest.raises(Refused, match="gone back"):
        notebook.write(jot("two"), month="2001-01")


def test_a_file_without_header_is_left_aside(notebook):
    notebook.write(jot("one"))
    notebook.path().write_bytes(notebook.path().read_bytes()[:20])
    notebook.write(jot("two"))
    assert notebook.contents() == ["two"]
    assert len(notebook.files()) == 2
    assert not notebook.faults()


@pytest.mark.parametrize("text", ["\ud800", "x" * 40_000])
def test_a_text_that_cannot_be_kept_is_refused_before_anything_is_written(notebook, text):
    notebook.write(jot("one"))
    before = notebook.path().read_bytes()
    with pytest.raises(UsageFault, match="^content: "):
        notebook.write(jot("fine", text))
    assert notebook.path().read_bytes() == before


def test_rows_nobody_read_are_not_written_over(notebook):
    notebook.write(jot("one"))
    end = find_end(notebook.folder, PAGE.name, "main", None)
    notebook.write(jot("two"))
    with pytest.raises(SystemFailed, match="meanwhile"):
        append_groups(notebook.folder, PAGE, "main", notebook.month, end, [jot("3")], [notebook.clock + 1], "UTC")
    assert notebook.contents() == ["one", "two"]


def test_nothing_is_appended_to_a_damaged_end(notebook):
    notebook.write(jot("one"))
    data = notebook.path().read_bytes()
    end = find_end(notebook.folder, PAGE.name, "main", None)
    notebook.path().write_bytes(data + b"garbage,that,is,whole\n")
    with pytest.raises(BadData):
        append_groups(notebook.folder, PAGE, "main", notebook.month, end, [jot("2")], [notebook.clock + 1], "UTC")
    notebook.path().write_bytes(data[:-5])
    with pytest.raises(BadData, match="cut"):
        append_groups(notebook.folder, PAGE, "main", notebook.month, end, [jot("2")], [notebook.clock + 1], "UTC")


def test_a_link_is_not_written_through(notebook, tmp_path):
    notebook.write(jot("one"))
    end = find_end(notebook.folder, PAGE.name, "main", None)
    notebook.path().rename(tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", end.file.path)
    before = (tmp_path / "elsewhere").read_bytes()
    with pytest.raises(BadData, match="is a link"):
        append_groups(notebook.folder, PAGE, "main", notebook.month, end, [jot("2")], [notebook.clock + 1], "UTC")
    assert (tmp_path / "elsewhere").read_bytes() == before


# --- a disk that fails --------------------------------------------------------------------------------------------

CALLS = ["open", "write", "fsync", "fchmod", "mkdir", "ftruncate", "fstat", "unlink"]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_whichever_call_fails_nothing_is_half_and_the_next_command_works(monkeypatch, tmp_path, name, fresh, code):
    for fail_at in range(1, 12):
        path = tmp_path / f"{fail_at}"
        path.mkdir()
        notebook = Notebook(path)
        kept = []
        if not fresh:
            notebook.write(jot("kept"))
            kept = ["kept"]
        with monkeypatch.context() as patch:
            disk = Disk(patch, name, fail_at, code)
            try:
                notebook.write(jot("a", "b"), jot("c", "d"))
                told = "done"
            except SystemFailed:
                told = "nothing"
            except OutcomeUnknown:
                told = "unknown"
        outcome = notebook.contents()
        whole = [*kept, "a", "b", "c", "d"]
        assert outcome in {"done": [whole], "nothing": [kept], "unknown": [kept, whole]}[told]
        notebook.write(jot("after"))
        assert notebook.contents() == [*outcome, "after"]
        assert not notebook.faults()
        if disk.calls < fail_at:
            break


class FullDisk:
    """os.write on a disk with room for `room` more bytes."""

    def __init__(self, room):
        self.room, self.real = room, os.write

    def __call__(self, descriptor, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.real(descriptor, data[: self.room])
        self.room -= written
        return written


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("groups", [[("a", "b")], [("a", "b"), ("c",), ("d",)]])
def test_a_disk_that_fills_up_in_the_middle_leaves_nothing_that_counts(monkeypatch, tmp_path, fresh, groups):
    before = [] if fresh else ["kept"]
    failures = 0
    for room in range(0, 1200, 29):
        path = tmp_path / f"{room}"
        path.mkdir()
        notebook = Notebook(path)
        if not fresh:
            notebook.write(jot("kept"))
        with Lock(notebook.folder, 1), monkeypatch.context() as patch:
            end = find_end(notebook.folder, PAGE.name, "main", None)
            patch.setattr(files_module.os, "write", FullDisk(room))
            stamps = [notebook.clock + 5 + number for number in range(len(groups))]
            drafts = [jot(*contents) for contents in groups]
            try:
                append_groups(notebook.folder, PAGE, "main", notebook.month, end, drafts, stamps, "UTC")
                kept = before + [content for contents in groups for content in contents]
            except SystemFailed:
                kept = before
                failures += 1
        assert notebook.contents() == kept
        notebook.write(jot("after"))
        assert notebook.contents() == [*kept, "after"]
        assert not notebook.faults()
    assert 5 < failures < 41


def test_after_a_failed_sync_the_next_rows_stand_in_a_new_part_and_hold_whatever_survives(monkeypatch, notebook):
    notebook.write(jot("kept"))
    size = notebook.path().stat().st_size
    with monkeypatch.context() as patch:
        Disk(patch, "fsync", 1)
        with pytest.raises(OutcomeUnknown, match=rf"jottings/{notebook.month}.main#2") as caught:
            notebook.write(jot("doubtful"))
        assert caught.value.exit_code == 75
    notebook.write(jot("after"))
    assert [file.part for file in notebook.files()] == [1, 2, 3]
    assert notebook.contents() == ["kept", "doubtful", "after"]
    assert not notebook.faults()
    sync_rows(notebook.folder, PAGE.name, notebook.files()[0].name)  # as a command does that finds its request_id
    assert notebook.contents() == ["kept", "doubtful", "after"]
    os.truncate(notebook.path(), size)  # the power cut that the row did not survive
    assert notebook.contents() == ["kept", "after"]
    assert not notebook.faults()


def test_rows_synced_later_are_marked_too_where_that_sync_fails(monkeypatch, notebook):
    notebook.write(jot("kept"))
    size = notebook.path().stat().st_size
    notebook.write(jot("one"), sync=False)
    notebook.write(jot("two"), sync=False)
    with monkeypatch.context() as patch:
        Disk(patch, "fsync", 1)
        with pytest.raises(OutcomeUnknown):
            sync_rows(notebook.folder, PAGE.name, notebook.files()[0].name)
    notebook.write(jot("after"))
    os.truncate(notebook.path(), size)
    assert notebook.contents() == ["kept", "after"]
    assert not notebook.faults()


def test_a_file_to_sync_that_is_gone_is_bad_data(notebook):
    with pytest.raises(BadData, match="gone"):
        sync_rows(notebook.folder, PAGE.name, "2026-11.main")


def test_processes_that_write_at_once_keep_one_chain(tmp_path):
    Notebook(tmp_path)
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_write_many_safely, args=(tmp_path, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    notebook = Notebook.__new__(Notebook)
    notebook.folder = _open(tmp_path)
    assert not notebook.faults()
    assert sorted(notebook.contents()) == sorted(f"{name}{number}" for name in "ab" for number in range(50))


def _open(tmp_path):
    from dispatchctl.store.folder import open_folder

    return open_folder(str(tmp_path / "records"))


def _write_many_safely(path, name):
    notebook = Notebook.__new__(Notebook)
    notebook.folder, notebook.clock = _open(path), 1_793_900_000_000_000
    for number in range(50):
        notebook.write(jot(f"{name}{number}"))


def test_times_of_any_year_come_back(notebook):
    draft = jot("x")[0]
    times = [-1, 0, -2_000_000_000, 1_582_934_400, draft.at]
    notebook.write(*[[draft._replace(at=at)] for at in times])
    assert [row.at for _, _, row in notebook.read()[0].rows] == times
    assert not notebook.faults()
