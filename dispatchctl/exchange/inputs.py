"""A file that somebody names, opened to be read: what is wrong with its name, and what can be read only once. Exchange.

Standard input, a pipe or a terminal is first copied to a file without a name that only this process can read, so that
whoever reads may go back to its beginning.
"""

import errno
import os
import stat
from typing import IO

from dispatchctl import sizes
from dispatchctl.errors import SystemFailed, UsageFault, explain_failure

PATIENCE = 2.0  # seconds for somebody to begin to write to a pipe


def open_input(path: str) -> IO[bytes]:
    """The file at its beginning. NotFound, UsageFault for what is no file, SystemFailed where it cannot be read.

    A pipe that nobody writes to is no file either; one that somebody holds open is read to its end. A FIFO by that name
    must not hang the command.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise explain_failure(error, path) from None
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    try:
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        begun = _await_writer(handle, path) if stat.S_ISFIFO(mode) else b""
        os.set_blocking(handle, True)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return spool(file, path, begun)
    except OSError as error:
        raise explain_failure(error, path) from None
    finally:
        os.close(handle)


def _await_writer(handle: int, path: str) -> bytes:
    """What has come out of a pipe by the time it is known that somebody writes; UsageFault if nobody does."""
    import select

    if select.select([handle], [], [], PATIENCE)[0]:
        return b""
    try:
        begun = os.read(handle, 1)
    except BlockingIOError:  # open at the other end, where they take their time
        return b""
    if not begun:
        raise UsageFault("is a pipe that nobody writes to", place=path)
    return begun


def _refuse_device(stream: IO[bytes], name: str) -> None:
    """UsageFault for what never ends: a device that is neither a terminal nor /dev/null."""
    try:
        handle = stream.fileno()
        found = os.fstat(handle)
        endless = stat.S_ISCHR(found.st_mode) and not os.isatty(handle) and found.st_rdev != os.stat(os.devnull).st_rdev
    except OSError:  # it has no number: a test's own
        return
    if endless:
        raise UsageFault("is a device, not a file", place=name)


def spool(stream: IO[bytes], name: str, begun: bytes = b"") -> IO[bytes]:
    """A copy in a file without a name, of mode 0600, for what can be read only once; begun: what was read before."""
    import shutil
    import tempfile

    _refuse_device(stream, name)
    copy = tempfile.TemporaryFile()  # noqa: SIM115 -- it stays open until close()
    try:
        copy.write(begun)
        shutil.copyfileobj(stream, copy, sizes.BYTES_COPIED)
        copy.seek(0)
    except OSError as error:
        copy.close()
        raise SystemFailed(f"cannot be kept for checking: {error.strerror}", place=name) from error
    return copy
