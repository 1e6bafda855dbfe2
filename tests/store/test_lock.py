"""The lock: one at a time, waited for in order, given up in time."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

from dispatchctl.errors import Busy, SystemFailed
from dispatchctl.store.folder import make_folder, open_folder
from dispatchctl.store.lock import Lock


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
    with pytest.raises(SystemFailed), Lock(folder, 0):
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
