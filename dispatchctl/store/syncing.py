"""Syncing rows to the disk, and what is left for the next writer where that fails.

Layer: store, below journal.py, whose docstring tells the whole of it. Its one job is never to take for durable what
may not be.
"""

import os

from dispatchctl.errors import BadData, OutcomeUnknown, SystemFailed
from dispatchctl.registers.row import split_file_name
from dispatchctl.store.files import (
    RecordFile,
    name_file,
    open_regular,
    read_bytes,
    sync_bytes,
    sync_folder,
    write_bytes,
)
from dispatchctl.store.folder import Folder
from dispatchctl.store.reading import SYNC_FAILED

FIND_OUT = "look with show, or repeat the command with the same --request-id"
REWRITTEN = 8 << 20  # bytes at the end of a file that are written anew where its sync had failed

_unsynced: dict[str, int] = {}  # path -> crc of the last row on disk, for what this process has yet to sync


def note_unsynced(file: RecordFile, crc: int) -> None:
    """Remember that rows were appended to a file; crc: that of the last row before them, which is on disk.

    Only the first call since the last sync counts.
    """
    _unsynced.setdefault(file.path, crc)


def sync_or_mark(folder: Folder, file: RecordFile, descriptor: int, ref: str, *, with_folder: bool) -> None:
    """Sync an open file, and its folder where asked; where that fails, OutcomeUnknown naming `ref`, and the mark."""
    try:
        sync_bytes(descriptor)
        if with_folder:
            sync_folder(os.path.dirname(file.path))
    except OSError as error:
        _mark_failed_sync(folder, file, _unsynced.pop(file.path, None))
        message = f"the last sync failed ({error.strerror}): {ref} may or may not survive a power cut"
        raise OutcomeUnknown(message, place=file.label, hint=FIND_OUT) from error
    _unsynced.pop(file.path, None)


def _mark_failed_sync(folder: Folder, file: RecordFile, crc: int | None) -> None:
    """Leave the next part, which names the crc of the last row that is surely on disk, as well as it can be done."""
    if crc is None:
        return
    part = name_file(folder.path, folder.label, file.register, file.month, file.writer, file.part + 1)
    try:
        with open_regular(part.path, part.label, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
            write_bytes(descriptor, SYNC_FAILED + b"%08x" % crc)
            sync_bytes(descriptor)
        sync_folder(os.path.dirname(part.path))
    except (OSError, SystemFailed, BadData):
        return


def sync_rows(folder: Folder, register: str, name: str) -> None:
    """Make durable what stands in the file `name` (as rows refer to it, `2026-11.main`), and the file itself.

    For rows appended with sync=False, and for a command that finds its request_id: the process that wrote it may have
    died before its sync. OutcomeUnknown where the sync fails.
    """
    file = name_file(folder.path, folder.label, register, *split_file_name(name))
    try:
        with open_regular(file.path, file.label, os.O_RDWR) as descriptor:
            if _had_failed(folder, file):
                _rewrite_end(descriptor, file.label)
            sync_or_mark(folder, file, descriptor, f"the last row of {register}/{name}", with_folder=True)
    except FileNotFoundError:
        raise BadData("is gone", place=file.label, hint="take it back from a backup") from None
    except OSError as error:
        message = f"cannot be written anew: {error.strerror}"
        raise OutcomeUnknown(message, place=file.label, hint=FIND_OUT) from error


def _had_failed(folder: Folder, file: RecordFile) -> bool:
    part = name_file(folder.path, folder.label, file.register, file.month, file.writer, file.part + 1)
    try:
        with open_regular(part.path, part.label) as descriptor:
            return os.pread(descriptor, len(SYNC_FAILED), 0) == SYNC_FAILED
    except FileNotFoundError:
        return False


def _rewrite_end(descriptor: int, label: str) -> None:
    """Write the same bytes in the same place, so that a sync has something to do.

    After a failure the system takes them for written. Nobody appends to this file any more.
    """
    size = os.fstat(descriptor).st_size
    start = max(0, size - REWRITTEN)
    data = read_bytes(descriptor, start, size, label)
    while data:
        written = os.pwrite(descriptor, data, start)
        data, start = data[written:], start + written
