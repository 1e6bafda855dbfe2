"""Thousands of rows made into lines by columns, for an import. Store.

Its one job is what journal.append_groups does for a few rows at a time, at a fraction of the cost for each: the same
lines, in one append of whole groups, under the same lock, with the same chain and the same sync.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from dispatchctl.registers.page import HEAD, TAIL, Register
from dispatchctl.store.chain import Position
from dispatchctl.store.files import RecordFile
from dispatchctl.store.folder import Folder
from dispatchctl.store.journal import Encoded, End, append_lines
from dispatchctl.store.lines import encode_cells

DAY = 86_400
EPOCH_DAY = date(1970, 1, 1).toordinal()
SPECIAL = ('"', "\\", ",", "\n", "\r", "\0")


class Strip(NamedTuple):
    """One event of each of many groups, by columns that are all as long as there are groups.

    at: whole seconds since 1970 UTC, None where the group has no such event. fields: the register's own, by name.
    """

    event: str
    at: Sequence[int | None]
    refs: Sequence[str]
    notes: Sequence[str]
    fields: dict[str, Sequence[str]]


def append_strips(
    folder: Folder,
    page: Register,
    writer: str,
    month: str,
    end: End,
    by: str,
    ids: Sequence[str],
    strips: Sequence[Strip],
    recorded: int,
    zone: str,
) -> tuple[End, int]:
    """Append one group for each id, of the events that the strips have for it, in their order; durable on return.

    Every group must have an event, and every text have passed lines.check_text. recorded: of the first group,
    microseconds; each further one has a microsecond more. zone: an IANA name. Where the chain ends now, and how many
    rows were written. Raises as journal.append_lines does.
    """
    position, count = end.position, 0

    def encode(file: RecordFile, start: Position, offset: int) -> Encoded:
        nonlocal position, count
        lines, crc, first_end = _encode_strips(start, offset, by, ids, strips, recorded, zone)
        data = b"".join(lines)
        count = len(lines)
        last = recorded + len(ids) - 1
        position = Position(offset + len(data), start.seq + count, crc, start.columns, last)
        return Encoded(data, first_end, f"{file.register}/{file.name}#{position.seq}")

    file = append_lines(folder, page, writer, month, end, encode, several=len(ids) > 1)
    return End(file, position), count


def _encode_strips(
    start: Position, offset: int, by: str, ids: Sequence[str], strips: Sequence[Strip], recorded: int, zone: str
) -> tuple[list[bytes], int, int]:
    """The lines, the crc after them, and the byte where the first group ends."""
    shower = TimeShower(zone)
    stamps = _show_stamps(recorded, len(ids), shower)
    made = [_encode_bodies(strip, start.columns, by, ids, shower) for strip in strips]
    lines: list[bytes] = []
    add = lines.append
    seq, crc, first_end = start.seq, start.crc, 0
    for parts in zip(stamps, *made, strict=True):
        stamp = parts[0]
        present = [part for part in parts[1:] if part is not None]
        left = len(present)
        for at, body in present:
            seq += 1
            left -= 1
            line = f"{at},{stamp},{body},{seq}+,".encode() if left else f"{at},{stamp},{body},{seq},".encode()
            crc = crc32(line, crc)
            add(b"%b%08x\n" % (line, crc))
        if not first_end:
            first_end = offset + sum(map(len, lines))
    return lines, crc, first_end


def _encode_bodies(
    strip: Strip, columns: Sequence[str], by: str, ids: Sequence[str], shower: "TimeShower"
) -> list[tuple[str, str] | None]:
    """(time, the cells from `by` to `note`) of each group; None where it has no such event."""
    own = columns[len(HEAD) : -len(TAIL)]
    names = [name for name in own if name in strip.fields]
    if len(names) != len(strip.fields):
        raise KeyError(min(strip.fields.keys() - set(names)))
    cells = ",".join(["%s" if name in strip.fields else "" for name in own])
    who, event = (cell.replace("%", "%%") for cell in quote_column([by, strip.event]))
    pattern = f"{who},%s,{event},{cells},%s,,%s"
    texts = zip(
        quote_column(ids),
        *(quote_column(strip.fields[name]) for name in names),
        quote_column(strip.refs),
        quote_column(strip.notes),
        strict=True,
    )
    times = shower.show_column(strip.at)
    return [(at, pattern % cells) if at else None for at, cells in zip(times, texts, strict=True)]


def quote_column(column: Sequence[str]) -> Sequence[str]:
    """The cells as they stand in a line; the column itself where none of them needs anything."""
    whole = "".join(column)
    if not any(char in whole for char in SPECIAL):
        return column
    # a comma can only be told from the one between cells in company, so a second cell is put beside each
    return [encode_cells((cell, ""))[:-1] for cell in column]


def _show_stamps(recorded: int, count: int, shower: "TimeShower") -> list[str]:
    """The times of `count` groups from `recorded` on, a microsecond apart."""
    stamp = recorded
    stamps: list[str] = []
    while len(stamps) < count:
        second, first = divmod(stamp, 1_000_000)
        text = shower.show(second)
        last = min(1_000_000, first + count - len(stamps))
        stamps += [f"{text[:19]}.{micro:06d}{text[19:]}" for micro in range(first, last)]
        stamp += last - first
    return stamps


class TimeShower:
    """Whole seconds since 1970 UTC as ISO 8601 with the offset of a zone, from pieces that are made once."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._offsets: dict[int, tuple[int, str] | None] = {}  # UTC day -> its offset; None where that changes
        self._days: dict[int, str] = {}
        self._minutes = [f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)]
        self._seconds = [f"{second:02d}" for second in range(60)]

    def show(self, second: int) -> str:
        """The text of one time."""
        return datetime.fromtimestamp(second, self._zone).isoformat()

    def show_column(self, column: Sequence[int | None]) -> list[str]:
        """The texts of many times, "" for None."""
        offsets, days, minutes, seconds = self._offsets, self._days, self._minutes, self._seconds
        texts = []
        for second in column:
            if second is None:
                texts.append("")
                continue
            day = second // DAY
            known = offsets[day] if day in offsets else self._find_offset(day)
            if known is None:
                texts.append(self.show(second))
                continue
            day, rest = divmod(second + known[0], DAY)
            text = days.get(day) or self._show_day(day)
            texts.append(f"{text}{minutes[rest // 60]}{seconds[rest % 60]}{known[1]}")
        return texts

    def _show_day(self, day: int) -> str:
        text = self._days[day] = f"{date.fromordinal(EPOCH_DAY + day).isoformat()}T"
        return text

    def _find_offset(self, day: int) -> tuple[int, str] | None:
        """(local minus UTC in seconds, as ISO 8601 shows it) of a UTC day; None where it changes within it."""
        first, last = (datetime.fromtimestamp(at, self._zone) for at in (day * DAY, day * DAY + DAY - 1))
        offset = first.utcoffset()
        same = offset is not None and offset == last.utcoffset()
        known = (int(offset.total_seconds()), first.isoformat()[19:]) if same and offset is not None else None
        self._offsets[day] = known
        return known
