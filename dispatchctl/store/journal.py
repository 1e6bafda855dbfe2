"""Step 3 of recording: appending the rows of whole commands, and what is left behind when the disk fails. Store.

Layer: store. Its one job is that a row which was acknowledged is on disk, once, and that nothing else ever counts. The
lock (lock.py) and the sync (syncing.py) belong to it and are imported from here.

What a failure leaves, and why nothing of it counts:

- A write that failed or was cut leaves a torn line or a group without its last row. Readers pass over it; the next
  writer ends it with `,torn` (lines.finish_tail). Files are not shortened, with one exception: an append of several
  groups of which some went out whole before the write failed is cut back to where it began, as those groups would
  count although the command says that nothing was recorded. A file that this append made is removed again.
- After a sync that failed the system no longer knows what is on the disk, and a later sync of the same file may say
  all is well without writing anything. So nothing is appended to that file any more: the failing process leaves the
  next part beside it, which holds one unfinished line, `sync-failed,` and the crc of the last row known to be on
  disk. That part has no header, so the next writer goes on in the part after it, and its chain goes on from the crc
  named, which holds whether or not the doubtful rows survive. If even that file cannot be made, the next writer goes
  on in the old one: there is nobody left to tell it.
"""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dispatchctl.errors import BadData, OutcomeUnknown, Refused, SystemFailed
from dispatchctl.registers.page import HEAD, TAIL, TEXT_LIMIT, Register, list_columns
from dispatchctl.registers.row import Row
from dispatchctl.store.chain import Position
from dispatchctl.store.files import (
    RecordFile,
    list_files,
    make_directory,
    name_file,
    open_regular,
    read_bytes,
    read_size,
    sync_bytes,
    sync_folder,
    write_bytes,
)
from dispatchctl.store.folder import Folder
from dispatchctl.store.lines import check_text, encode_header, encode_line, finish_tail
from dispatchctl.store.lock import Lock, confirm_lock
from dispatchctl.store.reading import read_file
from dispatchctl.store.syncing import FIND_OUT, note_unsynced, sync_or_mark, sync_rows

__all__ = [
    "NO_END", "Draft", "Encoded", "End", "Lock", "Placed", "append_groups", "append_lines", "find_end", "sync_rows",
]  # fmt: skip

RETRY = "run the command again"


class Draft(NamedTuple):
    """A row before it is written.

    at: whole seconds since 1970 UTC. fields: the register's own; empty ones are left out.
    """

    at: int
    by: str
    id: str
    event: str
    fields: dict[str, str]
    source_ref: str = ""
    request_id: str = ""
    note: str = ""


class Placed(NamedTuple):
    """A row as it now stands: in which file, from which byte, how many bytes with its LF."""

    row: Row
    offset: int
    length: int
    file: RecordFile


class End(NamedTuple):
    """Where a writer's chain of one register ends: its newest file and the position there; None before the first."""

    file: RecordFile | None
    position: Position


class Encoded(NamedTuple):
    """The lines of an append. first_end: the byte of the file where the first group ends. ref: of the last row."""

    data: bytes
    first_end: int
    ref: str


NO_END = End(None, Position(0, 0, 0, (), 0))


def find_end(folder: Folder, register: str, writer: str, known: tuple[Position, RecordFile, int] | None) -> End:
    """Where the writer's chain of a register ends. known: (position, file, crc before the file) of its newest file.

    Where the file known is not the newest (or none is known), the writer's files are read through.
    """
    files = [file for file in list_files(folder.path, folder.label, register) if file.writer == writer]
    if not files:
        return NO_END
    if known is not None and known[1] == files[-1]:
        return End(files[-1], known[0])
    crc = 0
    for file in files:
        position = read_file(file, None, crc).position
        crc = position.crc
    return End(files[-1], position)


def append_groups(
    folder: Folder,
    page: Register,
    writer: str,
    month: str,
    end: End,
    groups: Sequence[Sequence[Draft]],
    recorded: Sequence[int],
    timezone: str,
    *,
    sync: bool = True,
) -> list[Placed]:
    """Append groups of rows (each one command's, all of it or nothing) in one write; the caller holds the lock.

    month: YYYY-MM of the recording, in the policy's timezone. end: as find_end gives it. recorded: one time for each
    group, microseconds since 1970 UTC, none before the end's. timezone: an IANA name, for the offset that times show.
    When it returns with sync, all of it is on disk; without, sync_rows must follow before anything is acknowledged.

    UsageFault for a text that cannot be kept; else as append_lines.
    """
    placed: list[Placed] = []

    def encode(file: RecordFile, start: Position, offset: int) -> Encoded:
        nonlocal placed
        data, placed, first_end = _encode_groups(file, start, offset, groups, recorded, timezone)
        return Encoded(data, first_end, placed[-1].row.ref)

    append_lines(folder, page, writer, month, end, encode, several=len(groups) > 1, sync=sync)
    return placed


def append_lines(
    folder: Folder,
    page: Register,
    writer: str,
    month: str,
    end: End,
    encode: Callable[[RecordFile, Position, int], Encoded],
    *,
    several: bool,
    sync: bool = True,
) -> RecordFile:
    """Append what `encode` makes of (file, position of the chain, byte they begin at), in one write; the file.

    several: whether that is more than one group. The rest as for append_groups. Refused for a month before the end's;
    Busy as confirm_lock; SystemFailed: nothing was recorded; OutcomeUnknown: the rows stand in the file, but the sync
    failed.
    """
    if end.file is not None and month < end.file.month:
        raise Refused(f"the clock has gone back to {month}: {end.file.name} has been begun", place=page.name)
    file, before = _choose_file(folder, page, writer, month, end)
    is_new = file is not end.file
    confirm_lock(folder.path)
    flags = os.O_RDWR | os.O_APPEND
    if is_new:
        _make_register(folder, page.name)
        flags |= os.O_CREAT | os.O_EXCL
    try:
        with open_regular(file.path, file.label, flags) as descriptor:
            if is_new:
                size, data, start = 0, *_begin_file(page, before)
            else:
                size, data = _finish_file(descriptor, file, before)
                start = before
            lines = encode(file, start, size + len(data))
            if not is_new:  # once more, for thousands of rows take their time; a new file would be left behind empty
                confirm_lock(folder.path)
            _write_or_undo(descriptor, file, data + lines.data, size, lines.first_end if several else None)
            note_unsynced(file, end.position.crc)
            if sync:
                sync_or_mark(folder, file, descriptor, lines.ref, with_folder=is_new)
    except FileExistsError:
        raise SystemFailed("is there already; somebody else writes here", place=file.label, hint=RETRY) from None
    except FileNotFoundError:
        raise SystemFailed("is gone", place=file.label, hint=RETRY) from None
    return file


def _choose_file(folder: Folder, page: Register, writer: str, month: str, end: End) -> tuple[RecordFile, Position]:
    """The file to append to, and where the chain before it ends; end.file itself where it can go on there."""
    part = 1
    if end.file is not None and month == end.file.month:
        if end.position.columns and set(list_columns(page)) <= set(end.position.columns):
            return end.file, end.position
        part = end.file.part + 1
    if end.file is not None and not end.position.columns:
        _sync_mark(end.file)
    return name_file(folder.path, folder.label, page.name, month, writer, part), end.position


def _sync_mark(file: RecordFile) -> None:
    """Make a part without header durable: the chain of the next one may depend on the crc that it names."""
    try:
        with open_regular(file.path, file.label) as descriptor:
            sync_bytes(descriptor)
    except OSError as error:
        raise SystemFailed(f"cannot be synced: {error.strerror}", place=file.label) from error


def _make_register(folder: Folder, register: str) -> None:
    try:
        if make_directory(f"{folder.path}/{register}"):
            sync_folder(folder.path)
    except OSError as error:
        raise SystemFailed(f"cannot be made: {error.strerror}", place=f"{folder.label}/{register}") from error


def _begin_file(page: Register, before: Position) -> tuple[bytes, Position]:
    columns = list_columns(page)
    header, crc = encode_header(columns, before.crc)
    return header, Position(len(header), 0, crc, columns, 0)


def _finish_file(descriptor: int, file: RecordFile, position: Position) -> tuple[int, bytes]:
    """The file's size, and what ends a torn tail. SystemFailed where rows stand there that the caller has not read."""
    size = read_size(descriptor, file.label)
    if size == position.size:
        return size, b""
    if size < position.size:
        raise BadData(f"has {size} bytes and had {position.size}: its end was cut", place=file.label)
    tail = read_bytes(descriptor, position.size, size, file.label)
    read = read_file(file, position, position.crc)
    if read.faults:
        raise BadData.of(read.faults)
    if read.position.size != position.size:
        raise SystemFailed("was written to meanwhile", place=file.label, hint=RETRY)
    return size, finish_tail(tail)


class _Clock:
    """Times as rows show them: ISO 8601 with the offset of one timezone (an IANA name).

    The last second shown is remembered: the rows of an append are recorded in one, or in few.
    """

    def __init__(self, timezone: str) -> None:
        from datetime import datetime
        from zoneinfo import ZoneInfo

        self._convert, self._zone = datetime.fromtimestamp, ZoneInfo(timezone)
        self._second: int | None = None
        self._text = ""

    def show_second(self, second: int) -> str:
        if second != self._second:
            self._second, self._text = second, self._convert(second, self._zone).isoformat()
        return self._text

    def show_microsecond(self, microsecond: int) -> str:
        second, rest = divmod(microsecond, 1_000_000)
        text = self.show_second(second)
        return f"{text[:19]}.{rest:06d}{text[19:]}"


def _encode_groups(
    file: RecordFile,
    start: Position,
    offset: int,
    groups: Sequence[Sequence[Draft]],
    recorded: Sequence[int],
    timezone: str,
) -> tuple[bytes, list[Placed], int]:
    """The lines from `offset` on, the rows they hold, and where the first group ends."""
    happened, recording = _Clock(timezone), _Clock(timezone)
    own = start.columns[len(HEAD) : -len(TAIL)]
    known = frozenset(own)
    seq, crc, first_end = start.seq, start.crc, offset
    lines: list[bytes] = []
    placed: list[Placed] = []
    for number, (drafts, stamp) in enumerate(zip(groups, recorded, strict=True)):
        stamp_text = recording.show_microsecond(stamp)
        for left, draft in enumerate(drafts, 1 - len(drafts)):
            seq += 1
            values = [
                happened.show_second(draft.at),
                stamp_text,
                draft.by,
                draft.id,
                draft.event,
                *[draft.fields.get(name, "") for name in own],
                draft.source_ref,
                draft.request_id,
                draft.note,
                f"{seq}+" if left else str(seq),
            ]
            if not draft.fields.keys() <= known:
                raise KeyError(min(draft.fields.keys() - known))
            line, crc = _encode_checked(values, crc, start.columns)
            placed.append(Placed(_make_row(draft, stamp, file, seq), offset, len(line), file))
            lines.append(line)
            offset += len(line)
        if number == 0:
            first_end = offset
    return b"".join(lines), placed, first_end


def _encode_checked(values: list[str], crc: int, columns: Sequence[str]) -> tuple[bytes, int]:
    try:
        line, after = encode_line(values, crc)
    except UnicodeEncodeError:
        line, after = b"", crc
    if not line or len(line) > TEXT_LIMIT:  # else no single text can be too long
        for name, value in zip(columns, values, strict=False):
            check_text(name, value)
    return line, after


def _make_row(draft: Draft, stamp: int, file: RecordFile, seq: int) -> Row:
    return Row(
        draft.at,
        stamp,
        draft.by,
        draft.id,
        draft.event,
        {name: value for name, value in draft.fields.items() if value},
        draft.source_ref,
        draft.request_id,
        draft.note,
        file.register,
        file.name,
        seq,
    )


def _write_or_undo(descriptor: int, file: RecordFile, data: bytes, size: int, first_end: int | None) -> None:
    """Write it all, or leave nothing that counts: SystemFailed; OutcomeUnknown where not even that could be done.

    first_end: where the first whole group would end, if it could stand there alone (see the module's docstring).
    """
    try:
        write_bytes(descriptor, data)
    except OSError as error:
        try:
            several = first_end is not None and os.fstat(descriptor).st_size >= first_end
            if size == 0:
                os.unlink(file.path)
            elif several:
                os.ftruncate(descriptor, size)
            if several:
                sync_bytes(descriptor)
                sync_folder(os.path.dirname(file.path))
        except OSError:
            message = f"cannot be written: {error.strerror}; a part of it may have been recorded"
            raise OutcomeUnknown(message, place=file.label, hint=FIND_OUT) from error
        raise SystemFailed(f"cannot be written: {error.strerror}", place=file.label) from error
