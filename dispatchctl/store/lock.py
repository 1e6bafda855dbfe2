"""The lock of a records folder: one writer at a time, waited for as long as --wait says, let go when a process dies.

Layer: store. Its one job is waiting; what is done under it is the caller's.
"""

import os
from contextlib import suppress
from types import TracebackType

from dispatchctl.errors import Busy, SystemFailed
from dispatchctl.store.files import FILE_MODE
from dispatchctl.store.folder import Folder

POLL = 0.002  # seconds between tries where a timer cannot be used
LONGEST_WAIT = 86400.0  # seconds; more than a timer takes everywhere would fail


class Lock:
    """The one lock of a records folder, held inside `with`; whoever appends holds it.

    wait: seconds, 0 to try once; then Busy. The file holds the number of the process that has it or had it last, for
    messages only. It is never removed: another process could hold the lock of a file that is gone.
    """

    def __init__(self, folder: Folder, wait: float) -> None:
        self.folder, self.wait = folder, wait
        self._descriptor = -1

    def __enter__(self) -> "Lock":
        """Wait for the lock and take it; Busy, or SystemFailed where the file cannot be opened."""
        label = f"{self.folder.label}/.lock"
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(f"{self.folder.path}/.lock", flags, FILE_MODE)
        except OSError as error:
            raise SystemFailed(f"cannot be opened for writing: {error.strerror}", place=label) from error
        try:
            self._acquire(descriptor, label)
            _note_holder(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of it."""
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):  # it is let go of all the same, and what was done under it stays done
            os.close(descriptor)

    def _acquire(self, descriptor: int, label: str) -> None:
        try:
            if _try_lock(descriptor):
                return
            if self.wait > 0 and _wait_for_lock(descriptor, self.wait):
                return
        except OSError as error:
            raise SystemFailed(f"cannot be locked: {error.strerror}", place=label) from error
        holder = os.pread(descriptor, 20, 0).strip()
        who = f"process {int(holder)}" if holder.isdigit() else "another process"
        raise Busy(
            f"{who} is writing here; not free within {self.wait:g} s",
            place=self.folder.label,
            hint="run the command again, or wait longer with --wait",
        )


def _try_lock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _TimeUp(Exception):
    """The timer of _wait_for_lock has run out."""


def _wait_for_lock(descriptor: int, wait: float) -> bool:
    """Wait in the system's own queue, which serves in order; a timer ends it. False where the time is up.

    Only the main thread can have a timer; another one asks again and again.
    """
    import fcntl
    import signal

    waiting = [True]

    def stop(number: int, frame: object) -> None:
        if waiting:
            raise _TimeUp

    try:
        before = signal.signal(signal.SIGALRM, stop)
    except ValueError:
        return _poll_lock(descriptor, wait)
    try:
        signal.setitimer(signal.ITIMER_REAL, min(wait, LONGEST_WAIT))
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except _TimeUp:
        return False
    finally:
        waiting.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
    return True


def _poll_lock(descriptor: int, wait: float) -> bool:
    import time

    end = time.monotonic() + wait
    while time.monotonic() < end:
        time.sleep(POLL)
        if _try_lock(descriptor):
            return True
    return False


def _note_holder(descriptor: int) -> None:
    try:
        if os.fstat(descriptor).st_size == 0:
            os.fchmod(descriptor, FILE_MODE)
        os.pwrite(descriptor, b"%-10d\n" % os.getpid(), 0)
    except OSError:
        return  # on a full disk, or in a folder of others: only a message is the poorer
