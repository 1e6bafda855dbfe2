"""The lock: one at a time, waited for in order, given up in time."""

import errno
import fcntl
import multiprocessing
import os
import signal
import stat
import threading
import time

import pytest

from dispatchctl.errors import BadData, Busy
from dispatchctl.store.folder import make_folder, open_folder
from dispatchctl.store.lock import Lock, confirm_lock


@pytest.fixture
def folder(tmp_path):
    make_folder(str(tmp_path / "records"))
    return open_folder(str(tmp_path / "records"))


def test_who_holds_it_is_named(folder):
    with (
        Lock(folder, 0),
        pytest.raises(Busy, match=rf"records: process {os.getpid()} is writing") as caught,
        Lock(folder, 0),
    ):
        pass
    assert caught.value.exit_code == 6
    assert caught.value.hint
    with Lock(folder, 0):
        pass


@pytest.mark.parametrize("inside", [True, False])
def test_waiting_ends_in_time(folder, inside):
    took = []

    def try_it():
        start = time.monotonic()
        with pytest.raises(Busy), Lock(folder, 0.1):
            pass
        took.append(time.monotonic() - start)

    with Lock(folder, 0):
        if inside:
            try_it()
        else:  # where no timer can be used
            thread = threading.Thread(target=try_it)
            thread.start()
            thread.join()
    assert 0.1 <= took[0] < 2


def test_the_timer_leaves_no_trace(folder):
    before = signal.getsignal(signal.SIGALRM)
    held = _hold(folder, 0.1)
    with Lock(folder, 10):
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) == before
    held.join()


def test_it_can_be_interrupted_while_waiting(folder):
    held = _hold(folder, 1)
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Lock(folder, 10):
        pass
    assert time.monotonic() - start < 0.9
    held.join()


def test_a_killed_holder_lets_go(folder):
    held = _hold(folder, 60)
    os.kill(held.pid, signal.SIGKILL)
    with Lock(folder, 10):
        pass
    held.join()


def test_the_file_stays_and_is_made_where_it_is_missing(folder):
    os.unlink(f"{folder.path}/.lock")
    with Lock(folder, 0):
        pass
    assert os.stat(f"{folder.path}/.lock").st_mode & 0o7777 == 0o660


def test_a_link_is_no_lock(folder, tmp_path):
    os.unlink(f"{folder.path}/.lock")
    (tmp_path / "mine").write_text("precious")
    os.symlink(tmp_path / "mine", f"{folder.path}/.lock")
    with pytest.raises(BadData, match="records/.lock: is a link"), Lock(folder, 0):
        pass
    assert (tmp_path / "mine").read_text() == "precious"


def _hold(folder, seconds):
    ready = multiprocessing.get_context("fork").Event()
    process = multiprocessing.get_context("fork").Process(target=_sleep_inside, args=(folder, seconds, ready))
    process.start()
    assert ready.wait(10)
    return process


def _sleep_inside(folder, seconds, ready):
    with Lock(folder, 10):
        ready.set()
        time.sleep(seconds)


# --- the file taken away ----------------------------------------------------------------------------------------------


def _lock_path(folder):
    return f"{folder.path}/.lock"


def test_the_file_taken_away_lets_nobody_else_in(folder):
    with Lock(folder, 0):
        os.unlink(_lock_path(folder))
        with pytest.raises(Busy, match="is writing here"), Lock(folder, 0.05):
            pass
        confirm_lock(folder.path)  # nobody was here: it goes on
        assert os.path.exists(_lock_path(folder))
        with pytest.raises(Busy, match=rf"process {os.getpid()} is writing"), Lock(folder, 0):
            pass
    with Lock(folder, 0):
        confirm_lock(folder.path)


@pytest.mark.parametrize("release", ["gone by", "still there"])
def test_whoever_else_made_the_file_meanwhile_may_have_written(folder, release):
    """As another machine or an earlier release does it, which locks the file and knows of no lock on the folder."""
    with Lock(folder, 0):
        os.unlink(_lock_path(folder))
        with open(_lock_path(folder), "w", encoding="ascii") as other:
            if release == "gone by":
                other.write("4711")
                other.flush()
            else:
                fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(Busy) as caught:
                confirm_lock(folder.path)
            assert caught.value.hint
    with Lock(folder, 0):
        confirm_lock(folder.path)


def test_where_no_folder_can_be_locked_the_file_is_the_lock(folder, monkeypatch):
    real = fcntl.flock

    def refuse(descriptor, how):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Lock(folder, 0):
        with pytest.raises(Busy), Lock(folder, 0):
            pass
        confirm_lock(folder.path)
        os.unlink(_lock_path(folder))
        _hold(folder, 0).join()
        with pytest.raises(Busy, match=r"records/\.lock: was taken away"):
            confirm_lock(folder.path)


def test_a_file_taken_away_while_it_was_waited_for_is_no_lock(folder):
    with open(_lock_path(folder), "r+", encoding="ascii") as before:  # held as an earlier release holds it
        fcntl.flock(before, fcntl.LOCK_EX)

        def let_go():
            os.unlink(_lock_path(folder))
            fcntl.flock(before, fcntl.LOCK_UN)

        threading.Timer(0.05, let_go).start()
        with Lock(folder, 10), open(_lock_path(folder), "r+", encoding="ascii") as other:
            assert os.fstat(other.fileno()).st_ino != os.fstat(before.fileno()).st_ino
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
