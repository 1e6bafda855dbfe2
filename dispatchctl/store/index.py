"""The index: a disposable SQLite cache of what the record files say by now. Store.

It holds what judging the rows gave: every case's state, every clock instance, and where each family's rows stand. It
is only ever a function of the files and the rules, so that any doubt about it (another version, a damaged page, a
file that shrank) is answered by throwing it away. `Judge` is handed in: what rows mean is not the store's business.
"""

import os
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from typing import Any, NamedTuple, Protocol

from dispatchctl import registers
from dispatchctl.errors import Fault
from dispatchctl.registers.row import Row
from dispatchctl.store import contacts as private
from dispatchctl.store.chain import Position
from dispatchctl.store.files import RecordFile, list_files, open_regular
from dispatchctl.store.reading import iterate_file, rows_at
from dispatchctl.store.schema import CLOCK_COLUMNS, all_statements, case_columns, insert_statement, quote

FORMAT = 2  # of the tables; another number makes a new index
CHUNK = 40_000  # rows judged at a time in a rebuild: bounds its memory
_PLACE = struct.Struct("<HII")  # file number, offset, length


class Judged(NamedTuple):
    """What the rows of one family come to: rows for the tables, in the order of their columns."""

    cases: Sequence[tuple[str, tuple[Any, ...]]]  # (register, values of case_columns)
    clocks: Sequence[tuple[Any, ...]]  # values of CLOCK_COLUMNS


class Judge(Protocol):
    """What rows mean, handed in by the desk."""

    def judge(self, root: str, rows: Sequence[Row]) -> Judged:
        """The tables' rows for one family."""

    def meet(self, families: Iterable[Sequence[Row]]) -> Any:
        """Take in the whole staff register, one sequence of rows for each person; an object with `histories`."""


class Stale(Exception):
    """The index cannot go on from where it is: files it has read have changed or gone."""


class Index:
    """The cache of one records folder.

    path and label: those of the records folder. place: the database's file, "" in memory. until: rows recorded later
    (microseconds) are left out.
    """

    def __init__(self, path: str, label: str, place: str, until: int | None = None) -> None:
        self.path, self.label, self.place, self.until = path, label, place, until
        self.db = sqlite3.connect(place or ":memory:", timeout=10.0, isolation_level=None)
        self._rows: dict[str, list[Row]] = {}  # families read or written in this process, by id
        self._handles: dict[int, tuple[RecordFile, tuple[str, ...]]] = {}
        self.db.execute("PRAGMA synchronous=OFF")
        if place and os.stat(place).st_size == 0:
            os.chmod(place, 0o600)
            self.db.execute("PRAGMA journal_mode=WAL")

    # --- its own state --------------------------------------------------------------------------------------------

    def prepare(self, stamp: str) -> None:
        """Make the tables where they are missing or were made for other rules, another program or another folder."""
        try:
            row = self.db.execute("SELECT value FROM meta WHERE key = 'stamp'").fetchone()
        except sqlite3.OperationalError:
            row = None
        if row is not None and row[0] == stamp:
            return
        self.begin()
        try:
            row = self.db.execute("SELECT value FROM meta WHERE key = 'stamp'").fetchone()
        except sqlite3.OperationalError:
            row = None
        if row is None or row[0] != stamp:
            self._make(stamp)
        self.commit()

    def _make(self, stamp: str) -> None:
        names = [
            name
            for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        for name in names:
            self.db.execute(f"DROP TABLE {quote(name)}")
        for statement in all_statements().split(";"):
            if statement.strip():
                self.db.execute(statement)
        self.put_meta("stamp", stamp)
        self._rows.clear()
        self._handles.clear()

    def begin(self) -> None:
        """Start a transaction that writes; waits for another process that has one."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep what was written."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def rollback(self) -> None:
        """Forget what was written since begin."""
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")
        self._rows.clear()
        self._handles.clear()

    def close(self) -> None:
        """Let go of the database; what was not committed is forgotten."""
        self.db.close()

    def get_meta(self, key: str) -> Any:
        """A value kept beside the tables, or None."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def put_meta(self, key: str, value: Any) -> None:
        """Keep a value beside the tables."""
        self.db.execute("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", (key, value))

    # --- catching up ----------------------------------------------------------------------------------------------

    def catch_up(self, judge: Judge) -> None:
        """Take in whatever the files have gained since last time; Stale where they did not only grow."""
        if not self._list_changes():
            return
        self.begin()
        try:
            changes = self._list_changes()  # again: another process may have done it while this one waited
            if changes:
                self._refuse_changed(changes)
                staff = [change for change in changes if change[0].register == "staff"]
                if staff:  # first: who owes a clock depends on them
                    self._take_in(staff, judge)
                    self._meet_staff(judge)
                self._take_in([change for change in changes if change[0].register != "staff"], judge)
        except BaseException:
            self.rollback()
            raise

    def _list_changes(self) -> list[tuple[RecordFile, tuple[Any, ...] | None, os.stat_result]]:
        known = {
            row[0]: row[1:]
            for row in self.db.execute(
                "SELECT name, no, size, seq, crc, columns, recorded, disk_size, mtime, inode FROM files"
            )
        }
        changes = []
        for register in registers.NAMES:
            for file in list_files(self.path, self.label, register):
                name = f"{register}/{file.name}"
                seen = known.pop(name, None)
                try:
                    status = os.stat(file.path)
                except FileNotFoundError:
                    continue
                mark = (status.st_size, status.st_mtime_ns, status.st_ino)
                if seen is None or seen[6:] != mark:
                    changes.append((file, seen, status))
        if known:
            raise Stale(f"{next(iter(known))}.csv is gone")
        private_mark = private.stat_contacts(self.path)
        if private_mark != self.get_meta("contacts"):
            self._take_in_contacts(private_mark)
        return changes

    def _refuse_changed(self, changes: list[tuple[RecordFile, tuple[Any, ...] | None, os.stat_result]]) -> None:
        faulty = self.db.execute("SELECT 1 FROM faults").fetchone()
        for file, seen, status in changes:
            if seen is None:
                continue
            grew = status.st_size > seen[6] and status.st_ino == seen[8]
            if faulty or not grew or not self._still_ends(file, seen[1], seen[2], seen[3]):
                raise Stale(f"{file.label} did not only grow")

    def _still_ends(self, file: RecordFile, size: int, seq: int, crc: int) -> bool:
        """Whether the last row that was read still stands where it stood; an edit before it is left to `check`."""
        if seq == 0:
            return True
        with open_regular(file.path, file.label) as descriptor:
            return os.pread(descriptor, 9, size - 9) == b"%08x\n" % crc

    def _meet_staff(self, judge: Judge) -> None:
        """Hand the staff register over, keep what it says of people, and judge anew what that may have moved."""
        import marshal

        places = self.db.execute("SELECT id, places FROM families WHERE id IN (SELECT id FROM staff)").fetchall()
        rows = {root: self._rows_at(root, blob) for root, blob in places}
        people = judge.meet(rows.values())
        plain = {staff: [tuple(entry) for entry in entries] for staff, entries in people.histories.items()}
        self.put_meta("people", marshal.dumps(plain))
        since = self._staff_since
        if since is None:
            return
        touched = self.db.execute(
            "SELECT DISTINCT family FROM clocks WHERE state = 'running' OR stopped_at >= ? OR due_at >= ?",
            (since, since),
        ).fetchall()
        self.store((root, judge.judge(root, self.rows_of_family(root)), True) for (root,) in touched)

    def _take_in(self, changes: list[tuple[RecordFile, tuple[Any, ...] | None, os.stat_result]], judge: Judge) -> None:
        self._staff_since: int | None = None
        months: dict[str, list[Iterator[tuple[int, int, int, Row]]]] = {}
        for file, seen, status in changes:
            months.setdefault(file.month, []).append(self._read_on(file, seen, status))
        for month in sorted(months):
            rows = months[month]
            stream = rows[0] if len(rows) == 1 else merge(*rows, key=lambda each: each[3].recorded)
            chunk: list[tuple[int, int, int, Row]] = []
            for each in stream:
                chunk.append(each)
                if len(chunk) >= CHUNK:
                    self._judge_rows(chunk, judge)
                    chunk = []
            if chunk:
                self._judge_rows(chunk, judge)

    def _crc_before(self, file: RecordFile) -> int:
        row = self.db.execute(
            "SELECT crc FROM files WHERE register = ? AND writer = ? AND (month, part) < (?, ?)"
            " ORDER BY month DESC, part DESC LIMIT 1",  # also a part that only names the crc to go on from
            (file.register, file.writer, file.month, file.part),
        ).fetchone()
        return row[0] if row else 0

    def _read_on(
        self, file: RecordFile, seen: tuple[Any, ...] | None, status: os.stat_result
    ) -> Iterator[tuple[int, int, int, Row]]:
        name = f"{file.register}/{file.name}"
        since = None
        if seen is not None and seen[4]:
            since = Position(seen[1], seen[2], seen[3], tuple(seen[4].split(",")), seen[5])
        if seen is None:
            number = self.db.execute("SELECT COALESCE(MAX(no), 0) + 1 FROM files").fetchone()[0]
            self.db.execute("INSERT INTO files(no, name, disk_size) VALUES (?, ?, -1)", (number, name))
        else:
            number = seen[0]
        position = since
        crc_before = self._crc_before(file)
        if since is None and self._older_exists(file):
            raise Stale(f"{file.label} comes before a file already read")
        events = registers.events_of(file.register)
        for read in iterate_file(file, since, crc_before, events):
            position = read.position
            self.db.executemany("INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?, ?)", read.faults)
            for offset, length, row in read.rows:
                if self.until is None or row.recorded <= self.until:
                    yield number, offset, length, row
        if position is None:
            position = Position(0, 0, 0, (), 0)
        self.db.execute(
            "REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                name,
                file.register,
                file.month,
                file.writer,
                file.part,
                position.size,
                position.seq,
                position.crc,
                ",".join(position.columns),
                position.recorded,
                status.st_size,
                status.st_mtime_ns,
                status.st_ino,
                crc_before,
            ),
        )

    def _older_exists(self, file: RecordFile) -> bool:
        query = "SELECT 1 FROM files WHERE register = ? AND writer = ? AND (month, part) > (?, ?) AND disk_size >= 0"
        return self.db.execute(query, (file.register, file.writer, file.month, file.part)).fetchone() is not None

    # --- judging --------------------------------------------------------------------------------------------------

    def _judge_rows(self, chunk: list[tuple[int, int, int, Row]], judge: Judge) -> None:
        touched: dict[str, tuple[bytearray, list[Row]]] = {}
        roots: dict[str, str] = {}
        for number, offset, length, row in chunk:
            root = roots.get(row.id)
            if root is None:
                root = roots[row.id] = self._find_root(row, roots, touched)
            places, rows = touched.setdefault(root, (bytearray(), []))
            places += _PLACE.pack(number, offset, length)
            rows.append(row)
        self._note_keys(row for _, _, _, row in chunk)
        if chunk[0][3].register == "staff":
            since = min(row.at for _, _, _, row in chunk)
            self._staff_since = min(since, self._staff_since if self._staff_since is not None else since)
        stored = []
        families = []
        for root, (places, rows) in touched.items():
            before = self.db.execute("SELECT places FROM families WHERE id = ?", (root,)).fetchone()
            if before:
                rows = self._rows_at(root, before[0]) + rows
                stored.append((root, before[0] + bytes(places)))
            else:
                stored.append((root, bytes(places)))
            if len(touched) < 1000:
                self._rows[root] = rows
            families.append((root, rows, bool(before)))
        self.db.executemany("INSERT OR REPLACE INTO families VALUES (?, ?)", stored)
        self.store(((root, judge.judge(root, rows), known) for root, rows, known in families))

    def store(self, results: Iterable[tuple[str, Judged, bool]]) -> None:
        """Put the judgements of families in the tables; the flag says that older ones may stand there."""
        clocks: list[tuple[Any, ...]] = []
        cases: dict[str, list[tuple[Any, ...]]] = {}
        for root, judged, known in results:
            if known:
                self.db.execute("DELETE FROM clocks WHERE family = ?", (root,))
            clocks += judged.clocks
            for register, values in judged.cases:
                cases.setdefault(register, []).append(values)
        self.db.executemany(insert_statement("clocks", CLOCK_COLUMNS).replace(" OR REPLACE", ""), clocks)
        for register, found in cases.items():
            self.db.executemany(insert_statement(register, case_columns(register)), found)

    def _find_root(self, row: Row, roots: dict[str, str], touched: dict[str, tuple[bytearray, list[Row]]]) -> str:
        found = self.db.execute(f"SELECT family FROM {quote(row.register)} WHERE id = ?", (row.id,)).fetchone()
        if found:
            return str(found[0])
        page = registers.get(row.register)
        parent = row.fields.get(page.parent, "") if page.parent else ""
        if not parent:
            return row.id
        root = roots.get(parent) or self.family_of(parent) or parent
        orphan = (
            self.db.execute("SELECT places FROM families WHERE id = ?", (row.id,)).fetchone()
            if root != parent
            else None
        )
        if orphan or (root != row.id and row.id in touched):
            raise Stale(f"{row.id} arrived after what refers to it")
        return root

    def family_of(self, case: str) -> str:
        """The root of the family that a case belongs to; "" for an unknown one."""
        register = registers.LETTERS.get(case[:1])
        for each in (register,) if register else registers.NAMES:
            row = self.db.execute(f"SELECT family FROM {quote(each)} WHERE id = ?", (case,)).fetchone()
            if row:
                return str(row[0])
        return ""

    def _note_keys(self, rows: Iterable[Row]) -> None:
        requests, sources, names = [], [], []
        for row in rows:
            if row.request_id:
                requests.append((row.request_id, row.register, row.id, row.event, row.file, row.seq))
            if row.source_ref:
                sources.append((row.source_ref, row.event, row.register, row.id))
            names.append((row.register, row.id))
        if requests:
            self.db.executemany("INSERT OR IGNORE INTO requests VALUES (?, ?, ?, ?, ?, ?)", requests)
        if sources:
            self.db.executemany("INSERT OR IGNORE INTO sources VALUES (?, ?, ?, ?)", sources)
        self._count_ids(names)

    def _count_ids(self, names: Iterable[tuple[str, str]]) -> None:
        """Remember the highest number of each register, writer and day: the next id is one above it."""
        counters: dict[tuple[str, str, str], int] = {}
        for register, name in names:
            parts = name.split("-")
            if len(parts) >= 3 and parts[-1].isdigit() and len(parts[1]) == 8:
                key = (register, parts[2] if len(parts) == 4 else "main", parts[1])
                counters[key] = max(counters.get(key, 0), int(parts[-1]))
        self.db.executemany(
            "INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = MAX(number, excluded.number)",
            [(*key, number) for key, number in counters.items()],
        )

    # --- contacts -------------------------------------------------------------------------------------------------

    def _take_in_contacts(self, mark: str) -> None:
        """Index the private contacts: where each line stands, and keyed hashes of phone and address, never the text."""
        self.begin()
        before = self.get_meta("contacts") or ""
        same = bool(before) and before.rpartition(":")[2] == mark.rpartition(":")[2]
        size = int(self.get_meta("contacts_end") or 0) if same else 0  # not the file's size: a line may be half there
        if size == 0:
            self.db.execute("DELETE FROM contacts")
        key = self.contact_key()
        rows = []
        end = size
        for place, length, contact in private.iterate_contacts(self.path, size):
            rows.append((contact.contact_id, place, length, *private.hash_contact(contact, key)))
            end = place + length
        self.db.executemany("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?)", rows)
        self._count_ids(("contacts", row[0]) for row in rows)
        self.put_meta("contacts", mark)
        self.put_meta("contacts_end", end)

    def contact_key(self) -> bytes:
        """The secret of this index's hashes: made anew with it, so that they say nothing outside."""
        key = self.get_meta("contact_key")
        if key is None:
            key = os.urandom(16)
            self.put_meta("contact_key", key)
        return bytes(key)

    # --- reading --------------------------------------------------------------------------------------------------

    def family_rows(self, case: str) -> list[Row]:
        """Every row of the family that a case belongs to; empty for an unknown case."""
        root = self.family_of(case)
        if not root:
            return []
        return self.rows_of_family(root)

    def rows_of_family(self, root: str) -> list[Row]:
        """Every row of the family with that root; empty for an unknown one."""
        if root not in self._rows:
            places = self.db.execute("SELECT places FROM families WHERE id = ?", (root,)).fetchone()
            self._rows[root] = self._rows_at(root, places[0]) if places else []
        return self._rows[root]

    def _rows_at(self, root: str, places: bytes) -> list[Row]:
        if root in self._rows:
            return self._rows[root]
        grouped: dict[int, list[tuple[int, int]]] = {}
        for number, offset, length in _PLACE.iter_unpack(places):
            grouped.setdefault(number, []).append((offset, length))
        rows = []
        for number, found in grouped.items():
            if number not in self._handles:
                columns = self.db.execute("SELECT columns FROM files WHERE no = ?", (number,)).fetchone()[0]
                self._handles[number] = self._file(number), tuple(columns.split(","))
            file, columns = self._handles[number]
            rows += rows_at(file, found, columns)
        return rows

    def _file(self, number: int) -> RecordFile:
        name = self.db.execute("SELECT name FROM files WHERE no = ?", (number,)).fetchone()[0]
        register = name.partition("/")[0]
        return next(each for each in list_files(self.path, self.label, register) if f"{register}/{each.name}" == name)

    def faults(self) -> list[Fault]:
        """What was wrong with the rows read so far."""
        return [Fault(*row) for row in self.db.execute("SELECT * FROM faults ORDER BY file, line")]

    def all_families(self) -> Iterator[tuple[str, list[Row]]]:
        """Every family with its rows."""
        for (root,) in self.db.execute("SELECT id FROM families").fetchall():
            places = self.db.execute("SELECT places FROM families WHERE id = ?", (root,)).fetchone()
            yield root, self._rows_at(root, places[0])

    def last_position(self, register: str, writer: str) -> tuple[Position, RecordFile, int] | None:
        """Where the writer's newest file of the register ends: (position, file, crc before it), None where none is."""
        row = self.db.execute(
            "SELECT no, size, seq, crc, columns, recorded, crc_before FROM files WHERE register = ? AND writer = ?"
            " ORDER BY month DESC, part DESC LIMIT 1",
            (register, writer),
        ).fetchone()
        if row is None:
            return None
        columns = tuple(row[4].split(",")) if row[4] else ()
        return Position(row[1], row[2], row[3], columns, row[5]), self._file(row[0]), row[6]

    def last_recorded(self, writer: str) -> int:
        """The newest recorded_at of a writer over all registers, microseconds; 0 where there is none."""
        row = self.db.execute("SELECT MAX(recorded) FROM files WHERE writer = ?", (writer,)).fetchone()
        return int(row[0] or 0)

    def counter(self, register: str, writer: str, day: str) -> int:
        """The last number given to an id of the register by that writer on that day (YYYYMMDD)."""
        query = "SELECT number FROM counters WHERE register = ? AND writer = ? AND day = ?"
        row = self.db.execute(query, (register, writer, day)).fetchone()
        return int(row[0]) if row else 0
