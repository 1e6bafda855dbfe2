"""Record files by name: which there are, in the order their rows are chained, and opening one safely.

Layer: store. Its one job is names and file descriptors; what stands in a file is read by reading.py.
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import NamedTuple

from dispatchctl.errors import BadData, SystemFailed
from dispatchctl.store.leftovers import name_temporary

FILE_MODE = 0o660
FOLDER_MODE = 0o2770
SHUT = "dispatchctl doctor tells whether a killed command left it so"


class RecordFile(NamedTuple):
    """One file of a register: that of one month, writer and part (1, then 2, 3 ... where it had to go on).

    path: for the system. name: as rows refer to it, `2026-11.main.2`. label: as messages name it,
    `records/orders/2026-11.main.2.csv`.
    """

    register: str
    month: str
    writer: str
    part: int
    path: str
    name: str
    label: str


def is_writer_code(text: str) -> bool:
    """Whether it can name a writer: `main`, or 1 to 8 ASCII capitals and digits of which the first is a letter."""
    if text == "main":
        return True
    return 1 <= len(text) <= 8 and text.isascii() and text.isalnum() and text.upper() == text and text[0].isalpha()


def name_file(path: str, label: str, register: str, month: str, writer: str, part: int) -> RecordFile:
    """The file of that month (YYYY-MM), writer and part below a records folder (its path and label); opens nothing."""
    name = f"{month}.{writer}" if part == 1 else f"{month}.{writer}.{part}"
    place = f"{register}/{name}.csv"
    return RecordFile(register, month, writer, part, f"{path}/{place}", name, f"{label}/{place}")


def parse_file_name(name: str) -> tuple[str, str, int] | None:
    """(month, writer, part) of `2026-11.main.csv` or `2026-11.main.2.csv`; None for any other name."""
    if not name.endswith(".csv") or not name.isascii():
        return None
    month, _, rest = name[:-4].partition(".")
    writer, dot, part = rest.partition(".")
    if len(month) != 7 or month[4] != "-" or not (month[:4] + month[5:]).isdigit() or not "01" <= month[5:] <= "12":
        return None
    if not is_writer_code(writer):
        return None
    if not dot:
        return month, writer, 1
    if not part.isdigit() or part[0] == "0" or part == "1" or len(part) > 6:
        return None
    return month, writer, int(part)


def list_files(path: str, label: str, register: str) -> list[RecordFile]:
    """The register's files, sorted by month, writer and part; none where it has no folder yet.

    path and label: those of the records folder. Names of another form are left out: see list_strays. Within one
    writer this is the order of the chain. SystemFailed where the folder cannot be read.
    """
    found = []
    for entry in _list_names(f"{path}/{register}", f"{label}/{register}"):
        parsed = parse_file_name(entry)
        if parsed:
            found.append(name_file(path, label, register, *parsed))
    found.sort(key=lambda file: (file.month, file.writer, file.part))
    return found


def list_strays(path: str, label: str, register: str) -> list[str]:
    """The names in the register's folder that list_files leaves out, sorted."""
    names = _list_names(f"{path}/{register}", f"{label}/{register}")
    return sorted(name for name in names if parse_file_name(name) is None)


def _list_names(path: str, label: str) -> list[str]:
    try:
        return os.listdir(path)
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise BadData("is not a folder", place=label) from None
    except OSError as error:
        hint = SHUT if isinstance(error, PermissionError) else ""
        raise SystemFailed(f"cannot be read: {error.strerror}", place=label, hint=hint) from error


@contextmanager
def open_regular(path: str, label: str, flags: int = os.O_RDONLY) -> Iterator[int]:
    """A descriptor of a regular file, closed at the end; flags as for os.open.

    A link, a folder or a device is BadData naming the file, so that nobody can have rows read from or written to a
    place outside the folder. FileNotFoundError and FileExistsError pass; other failures are SystemFailed.
    """
    descriptor = open_descriptor(path, label, flags)
    try:
        yield descriptor
    finally:
        # What had to be on the disk was synced: a failure here says nothing about it.
        with suppress(OSError):
            os.close(descriptor)


def open_descriptor(path: str, label: str, flags: int) -> int:
    """What open_regular opens, for the caller to close. A file that is made has FILE_MODE whatever the umask."""
    try:
        # O_NONBLOCK: a pipe under that name must not hang the command
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        with _exact_modes() if flags & os.O_CREAT else nullcontext():
            descriptor = os.open(path, flags, FILE_MODE)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as error:
        if os.path.islink(path):
            raise BadData("is a link, not a file", place=label) from None
        if os.path.isdir(path):
            raise BadData("is a folder, not a file", place=label) from None
        hint = SHUT if isinstance(error, PermissionError) else ""
        raise SystemFailed(f"cannot be opened: {error.strerror}", place=label, hint=hint) from error
    try:
        if not stat.S_ISREG(_read_status(descriptor, label).st_mode):
            raise BadData("is not a regular file", place=label)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def _exact_modes() -> Iterator[None]:
    """What is made inside has the mode asked for from its first moment on: set afterwards, a kill could come between,
    and what only its owner may enter shuts everybody else out.
    """
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def _read_status(descriptor: int, label: str) -> os.stat_result:
    try:
        return os.fstat(descriptor)
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=label) from error


def read_size(descriptor: int, label: str) -> int:
    """The file's size in bytes; SystemFailed naming the file."""
    return _read_status(descriptor, label).st_size


def read_bytes(descriptor: int, start: int, end: int, label: str) -> bytes:
    """The bytes from start up to end (excluded), fewer where the file ends before; SystemFailed naming the file."""
    pieces = []
    try:
        while start < end:
            piece = os.pread(descriptor, min(end - start, 1 << 24), start)
            if not piece:
                break
            pieces.append(piece)
            start += len(piece)
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=label) from error
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def count_lines(file: RecordFile) -> int:
    """How many whole lines a record file has, its header included."""
    with open_regular(file.path, file.label) as descriptor:
        return read_bytes(descriptor, 0, read_size(descriptor, file.label), file.label).count(b"\n")


def write_bytes(descriptor: int, data: bytes) -> None:
    """All the bytes, in as few writes as the system takes them in; OSError as it comes."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])


def sync_bytes(descriptor: int) -> None:
    """Wait until what was written is on the disk itself; OSError as it comes."""
    if sys.platform == "darwin":  # there fsync leaves it in the disk's own cache
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_folder(path: str) -> None:
    """Make the names in a folder durable (POSIX: a new file's own sync does not); OSError as it comes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: str) -> bool:
    """Make a folder of mode FOLDER_MODE whatever the umask; False where it is there already. OSError as it comes."""
    try:
        with _exact_modes():
            os.mkdir(path, FOLDER_MODE)
    except FileExistsError:
        return False
    # mkdir takes no setgid bit: the folder has the one of the folder around it, which may have none
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, FOLDER_MODE)
    finally:
        os.close(descriptor)
    return True


def replace_file(path: str, data: bytes, mode: int = FILE_MODE) -> None:
    """Put data in the place of a file in one step, durable when it returns; OSError as it comes, the old file kept."""
    temporary = name_temporary(path)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.fchmod(descriptor, mode)
            write_bytes(descriptor, data)
            sync_bytes(descriptor)
        finally:
            os.close(descriptor)
        os.rename(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
    sync_folder(os.path.dirname(path) or ".")
