"""Files that a person asked for (-o): written whole or not at all, never among the records.

Layer: output. The text comes from formats or from a report; here it only reaches the disk.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dispatchctl.errors import NotFound, Refused, UsageFault, explain_failure
from dispatchctl.output.formatters import list_endings

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")


def read_ending(path: str) -> str:
    """The format that a file's ending names, whatever its case. Raises UsageFault for any other ending."""
    ending = os.path.splitext(path)[1].lower()
    endings = list_endings()
    if ending not in endings:
        raise UsageFault(f"its ending names no format (allowed: {', '.join(endings)})", place=path)
    return endings[ending].name


def write_output(
    path: str, content: str | bytes, *, records: str, force: bool = False, encoding: str = "utf-8"
) -> None:
    """Write a file whole or not at all; all else as for prepare_output."""
    with prepare_output(path, content, records=records, force=force, encoding=encoding):
        pass


@contextmanager
def prepare_output(
    path: str, content: str | bytes, *, records: str, force: bool = False, encoding: str = "utf-8"
) -> Iterator[None]:
    """Write a temporary file beside the one wanted and sync it; at the end of the body it is put in its place.

    What the body raises leaves neither. records: the records folder, in which nothing is written ("": there is none).
    Raises Refused (exit 4) there, for what is no plain file, and for a file that exists unless `force`; NotFound
    (exit 3) where the folder is not there; UsageFault (exit 2) for what can be no file's name; SystemFailed (exit 7)
    where the disk fails: nearly always before the body, for putting it in its place takes no room.
    """
    folder = os.path.dirname(os.path.abspath(path))
    if records and is_inside(folder, records):
        raise Refused("lies in the records folder, where nothing but records is written", place=path)
    if not os.path.isdir(folder):
        raise NotFound("there is no such folder to write to", place=path)
    with _failing_as(path), suppress(FileNotFoundError):
        os.lstat(path)  # its name is asked before anything is done
    if os.path.lexists(path):
        if not os.path.isfile(path) or os.path.islink(path):
            raise Refused("is there and is not a plain file", place=path)
        if not force:
            raise Refused("is there already", place=path, hint="overwrite it with --force")
    if isinstance(content, str):
        content = content.encode(encoding, "backslashreplace")
    fresh = os.path.join(folder, f".dispatchctl-{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with _failing_as(path):
            _write_synced(fresh, content)
        yield
        with _failing_as(path):
            _put_in_place(fresh, path, force)
            _sync_folder(folder)
    finally:
        with suppress(OSError, ValueError):
            os.unlink(fresh)


@contextmanager
def _failing_as(path: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise Refused("is there already", place=path, hint="overwrite it with --force") from None
    except OSError as error:
        raise explain_failure(error, path, "") from error


def is_inside(folder: str, records: str) -> bool:
    """Whether a folder is the records folder or below it, by any road: links and mounts are followed."""
    try:
        wanted = os.stat(records)
    except OSError:
        return False
    folder = os.path.realpath(folder)
    while True:
        try:
            found = os.stat(folder)
        except (OSError, ValueError):
            found = None
        if found is not None and (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
            return True
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent


def _write_synced(path: str, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_place(fresh: str, path: str, force: bool) -> None:
    if force:
        os.replace(fresh, path)
        return
    try:
        os.link(fresh, path)  # unlike a rename, it never takes the place of a file that came in the meantime
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(fresh, path)


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
