"""What the index remembers of rows by key: request ids, references of sources, and the highest number of each day.

Layer: store. Its one job is that these depend on the rows alone and never on the order in which they were read: rows
of another clone arrive late.
"""

import sqlite3
from collections.abc import Iterable

from dispatchctl.registers.row import Row

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


def count_ids(db: sqlite3.Connection, names: Iterable[tuple[str, str]]) -> None:
    """Remember the highest number of each register, writer and day: the next id is one above it."""
    counters: dict[tuple[str, str, str], int] = {}
    for register, name in names:
        parts = name.split("-")
        if len(parts) in (3, 4) and len(parts[1]) == 8 and parts[-1].isdecimal() and len(parts[-1]) < 16:
            key = (register, parts[2] if len(parts) == 4 else "main", parts[1])
            counters[key] = max(counters.get(key, 0), int(parts[-1]))
    db.executemany(_COUNTER, [(*key, number) for key, number in counters.items()])
