"""The lock of a records folder: one writer at a time, waited for as long as --wait says, let go when a process dies.

Layer: store. Its one job is waiting; what is done under it is the caller's.
"""

import os
import stat
import time
from contextlib import ExitStack, suppress
from types import TracebackType

from dispatchctl.errors import Busy, DispatchError, SystemFailed
from dispatchctl.store.files import FILE_MODE, open_descriptor, open_regular
from dispatchctl.store.folder import Folder, refuse_links

POLL = 0.002  # seconds between tries where a timer cannot be used
LONGEST_WAIT = 86400.0  # seconds; more than a timer takes everywhere would fail


class Lock:
    """The one lock of a records folder, held inside `with`; whoever appends holds it.

    wait: seconds, 0 to try once; then Busy. It is two, taken in this order. The one on the folder itself holds among
    the processes of one machine, whatever becomes of a file in it. The one on the file `.lock` holds between machines
    that share a disk, against earlier releases, which know no other, and where the system locks no folders. That file
    is never removed here, but by `git clean -X` or a program that syncs folders it may be: whoever comes then makes
    another one, which is no lock to those who hold the first. So it is looked at again when it is locked and before
    each append (confirm_lock). It holds the number of the process that has it or had it last, for messages only.
    """

    def __init__(self, folder: Folder, wait: float) -> None:
        self.folder, self.wait = folder, wait
        self._file, self._label = f"{folder.path}/.lock", f"{folder.label}/.lock"
        self._descriptors: list[int] = []  # of the file the last one
        self._alone = False  # the folder is locked too

    def __enter__(self) -> "Lock":
        """Wait for the lock and take it; Busy, or SystemFailed where the file cannot be opened.

        BadData where a part of the folder is a link by now: what came before the lock may have taken long.
        """
        end = time.monotonic() + self.wait
        try:
            with suppress(OSError):  # a system without locks on folders
                self._descriptors.append(os.open(self.folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
                self._acquire(self._descriptors[0], end)
                self._alone = True
            self._lock_file(end)
            refuse_links(self.folder.path, self.folder.label)
        except BaseException:
            self._let_go()
            raise
        _held[self.folder.path] = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of it; once more does nothing."""
        _held.pop(self.folder.path, None)
        self._let_go()

    def _let_go(self) -> None:
        self._alone = False
        while self._descriptors:
            with suppress(OSError):  # it is let go of all the same, and what was done under it stays done
                os.close(self._descriptors.pop())

    def _lock_file(self, end: float, *, unused: bool = False) -> bool:
        """Lock the file that has the name, by the time `end`. unused: only one that nobody has had yet; else False."""
        while True:
            with ExitStack() as stack:
                try:
                    descriptor = open_descriptor(self._file, self._label, os.O_RDWR | os.O_CREAT)
                    stack.callback(os.close, descriptor)
                    if unused and os.fstat(descriptor).st_size:
                        return False
                    self._acquire(descriptor, end)
                    if not _is_named(descriptor, self._file):
                        continue
                except OSError as error:
                    raise SystemFailed(f"cannot be locked: {error.strerror}", place=self._label) from error
                stack.pop_all()
            self._descriptors.append(descriptor)
            _note_holder(descriptor)
            return True

    def _acquire(self, descriptor: int, end: float) -> None:
        if _try_lock(descriptor):
            return
        left = end - time.monotonic()
        if left > 0 and _wait_for_lock(descriptor, left):
            return
        raise Busy(
            f"{_name_holder(self._file)} is writing here; not free within {self.wait:g} s",
            place=self.folder.label,
            hint="run the command again, or wait longer with --wait",
        )

    def confirm(self) -> None:
        """See confirm_lock."""
        try:
            if _is_named(self._descriptors[-1], self._file):
                return
        except OSError as error:
            raise SystemFailed(f"cannot be read: {error.strerror}", place=self._label) from error
        # As long as the folder is locked, a file that nobody has had yet says that nobody has been here meanwhile.
        if not self._alone or not self._lock_file(0, unused=True):
            raise Busy(
                "was taken away while this command held it, and another may have written: nothing more was recorded",
                place=self._label,
                hint="run the command again; see to it that nothing deletes this file",
            )


_held: dict[str, Lock] = {}  # by the path of the records folder, those that this process has


def confirm_lock(path: str) -> None:
    """See that the lock which this process has on the records folder at `path` still keeps others out.

    Asked before each append. Busy where its file was taken away and another process, on another machine or of an
    earlier release, may have written since: what was decided here may not hold any more. SystemFailed where that
    cannot be seen.
    """
    if path in _held:
        _held[path].confirm()


def _name_holder(path: str) -> str:
    """The process that noted itself in the file of a lock, as messages name it."""
    holder = ""
    with suppress(OSError, DispatchError), open_regular(path, path) as descriptor:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    return f"process {int(holder)}" if holder.isdecimal() else "another process"


def _is_named(descriptor: int, path: str) -> bool:
    """Whether an open file is the one that stands under that name; OSError as it comes."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


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
    end = time.monotonic() + wait
    while time.monotonic() < end:
        time.sleep(POLL)
        if _try_lock(descriptor):
            return True
    return False


def _note_holder(descriptor: int) -> None:
    try:
        status = os.fstat(descriptor)
        if status.st_size == 0 and stat.S_IMODE(status.st_mode) != FILE_MODE:  # by a killed command of earlier releases
            os.fchmod(descriptor, FILE_MODE)
        os.pwrite(descriptor, b"%-10d\n" % os.getpid(), 0)
    except OSError:
        return  # on a full disk, or in a folder of others: only a message is the poorer
