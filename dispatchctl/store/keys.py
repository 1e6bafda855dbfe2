"""What the index remembers of rows by key: request ids, references of sources, and the highest number of each day.

Layer: store. Its one job is that these depend on the rows alone and never on the order in which they were read: rows
of another clone arrive late.
"""

import sqlite3
from collections.abc import Iterable

from dispatchctl.registers.page import HEAD
from dispatchctl.registers.row import Row
from dispatchctl.store.files import RecordFile, open_regular, read_bytes, read_size

ID_COLUMN = HEAD.index("id")

_REQUEST = """INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  register = excluded.register, id = excluded.id, event = excluded.event, file = excluded.file, seq = excluded.seq,
  recorded = excluded.recorded WHERE (excluded.recorded, excluded.file, excluded.seq) < (recorded, file, seq)"""
_SOURCE = """INSERT INTO sources VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  register = excluded.register, id = excluded.id, recorded = excluded.recorded
  WHERE (excluded.recorded, excluded.id) < (recorded, id)"""
_COUNTER = """INSERT INTO counters VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET number = MAX(number, excluded.number)"""


def note_keys(db: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Remember the request ids and source references of rows (the first recorded row of each), and count their ids."""
    requests, sources, names = [], [], set()
    for row in rows:
        if row.request_id:
            requests.append((row.request_id, row.register, row.id, row.event, row.file, row.seq, row.recorded))
        if row.source_ref:
            sources.append((row.source_ref, row.event, row.register, row.id, row.recorded))
        names.add((row.register, row.id))
    if requests:
        db.executemany(_REQUEST, requests)
    if sources:
        db.executemany(_SOURCE, sources)
    count_ids(db, names)


def make_id(letter: str, day: str, writer: str, number: int) -> str:
    """`O-20261121-0007`; with a writer other than main `O-20261121-SZ-0007`. day: YYYYMMDD."""
    middle = "" if writer == "main" else f"{writer}-"
    return f"{letter}-{day}-{middle}{number:04d}"


def split_id(name: str) -> tuple[str, str, int] | None:
    """(writer, day, number) of an id that make_id made; None for any other, a person's own among them."""
    parts = name.split("-")
    if len(parts) in (3, 4) and len(parts[1]) == 8 and parts[-1].isdecimal() and len(parts[-1]) < 16:
        return parts[2] if len(parts) == 4 else "main", parts[1], int(parts[-1])
    return None


def count_ids(db: sqlite3.Connection, names: Iterable[tuple[str, str]]) -> None:
    """Remember the highest number of each register, writer and day: the next id is one above it."""
    counters: dict[tuple[str, str, str], int] = {}
    for register, name in names:
        found = split_id(name)
        if found is not None:
            key = (register, *found[:2])
            counters[key] = max(counters.get(key, 0), found[2])
    db.executemany(_COUNTER, [(*key, number) for key, number in counters.items()])


def note_number(db: sqlite3.Connection, key: tuple[str, str, str], number: int) -> None:
    """Remember a number that was given: key is register, writer and day (YYYYMMDD)."""
    db.execute(_COUNTER, (*key, number))


def count_damaged_ids(db: sqlite3.Connection, file: RecordFile) -> None:
    """Count every id that stands in a damaged file, its unreadable rows included: once mended, they count again."""
    with open_regular(file.path, file.label) as descriptor:
        data = read_bytes(descriptor, 0, read_size(descriptor, file.label), file.label)
    cells = (line.split(b",", ID_COLUMN + 1) for line in data.split(b"\n"))
    found = {each[ID_COLUMN] for each in cells if len(each) > ID_COLUMN + 1 and each[ID_COLUMN].isascii()}
    count_ids(db, [(file.register, each.decode()) for each in found])
