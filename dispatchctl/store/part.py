"""A part of an index: what it says of some stretches of time, as things were recorded by a time. Store.

A closed month is reported as of its closing for ever, and a replay of all history for that would grow with it. So the
families that can matter to the month are taken from the present index: as they stand there where nothing that has come
since can have moved them, judged anew from their rows up to that time where it can. All other families are left out:

- one with no row recorded since a stretch began and no clock due in it has nothing that lies in the stretch: what
  happened was recorded after it happened;
- one whose first row is of after the stretch has not either.

What else judging depends on is the staff and the days off. Both are compared with those of that time; whatever can be
moved by the earliest difference is judged anew (see Index._meet_staff for the staff; a due time that lies before the
first day that differs is counted over days that do not). A test compares it with a replay.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatchctl import sizes
from dispatchctl.store.chain import count_microseconds
from dispatchctl.store.conditions import CHANGEABLE
from dispatchctl.store.fact_rows import ChargeRow
from dispatchctl.store.files import list_files, open_regular
from dispatchctl.store.gathering import PLACE, PlacedRow
from dispatchctl.store.generations import Generations, connect, write_uri
from dispatchctl.store.index import WAIT, Index, find_change
from dispatchctl.store.reading import rows_at
from dispatchctl.store.schema import FACT_TABLES, quote

if TYPE_CHECKING:
    from dispatchctl.store.judge import Judge

WHOLE = ("ledger",)  # registers taken whole: what is charged depends on what was decided before, however long ago
FIRST_LINE = 1 << 13  # bytes in which a row's first two cells surely stand
MICRO = 1_000_000


class Span(NamedTuple):
    """A stretch of time [start, end), seconds, and the same as dates [first, last)."""

    start: int
    end: int
    first: str
    last: str


class Scope(NamedTuple):
    """What a part is to hold.

    spans: what may be asked about. fields: (register, field) whose dates or times put cases into a stretch.
    differs_since: from when on (seconds) rules or days off differ from those of the present index; None where they do
    not. anew: judge every family anew, by other rules than those of the present index. labels: what versions of the
    present rules are called by the part's, where that is another name.
    """

    spans: tuple[Span, ...]
    fields: tuple[tuple[str, str], ...] = ()
    differs_since: int | None = None
    anew: bool = False
    labels: tuple[tuple[str, str], ...] = ()


class PartIndex(Index):
    """Some families of another index as of `until`. It holds what it was filled with and takes nothing in."""

    def catch_up(self, judge: "Judge", *, hold: bool = False) -> None:
        """Nothing: what came later does not belong to it."""

    def _attach(self, source: Index) -> None:
        """Have the source as `src`: by its name, or where that is gone or was never any, a copy of it in memory."""
        if source.place:
            try:
                self.db.execute("ATTACH ? AS src", (write_uri(source.place),))
            except sqlite3.OperationalError:
                if source.still_stands():
                    raise
            else:
                self.db.execute("SELECT 1 FROM src.sqlite_master").fetchone()  # now all of it is open
                if source.still_stands():
                    return
                self.db.execute("DETACH src")
        image = bytearray(source.db.serialize())
        image[18:20] = b"\1\1"  # in memory there is no log beside it
        self.db.execute("ATTACH ':memory:' AS src")
        self.db.deserialize(image, name="src")

    # --- whether a kept one still holds -----------------------------------------------------------------------------

    def still_holds(self, source: Index) -> bool:
        """Whether it was made for this stamp, and nothing recorded up to its time has come to the files since."""
        if not self._has_stamp():
            return False
        query = "SELECT name, size, crc, recorded, inode FROM files"
        mine = {name: rest for name, *rest in self.db.execute(query)}
        for name, size, crc, _, inode in source.db.execute(query):
            own = mine.pop(name, None)
            if own is None:
                if not self._is_later(name, 0):
                    return False
                continue
            own_size, own_crc, own_recorded, own_inode = own
            before = own_recorded is not None and self.until is not None and own_recorded > self.until
            same = before or (own_size, own_crc) == (size, crc) or self._is_later(name, own_size)
            if own_inode != inode or not same:
                return False
        return not mine

    def _is_later(self, name: str, offset: int) -> bool:
        """Whether the row that stands at this byte (0: the first) was recorded after the part's time: so were all
        that follow it. False where it cannot be told.
        """
        register, _, own = name.partition("/")
        file = next((each for each in list_files(self.path, self.label, register) if each.name == own), None)
        if file is None or self.until is None:
            return False
        with open_regular(file.path, file.label) as descriptor:
            data = os.pread(descriptor, FIRST_LINE * (1 if offset else 4), offset)
        if not offset:
            data = data.partition(b"\n")[2]
        try:
            return count_microseconds(data.split(b",", 2)[1].decode()) > self.until
        except (ValueError, IndexError):
            return False

    # --- filling it -------------------------------------------------------------------------------------------------

    def fill(self, source: Index, scope: Scope, judge: "Judge") -> None:
        """Take in what the scope asks for; the source must have been caught up. sqlite3.Error where it cannot."""
        if source.place:
            prepare_source(source)
        self.db.execute("PRAGMA temp_store=MEMORY")
        self.db.execute("PRAGMA journal_mode=OFF")  # what fails half way is thrown away
        self._attach(source)
        self.db.execute("BEGIN IMMEDIATE")
        self._make(judge)
        for table in ("chosen", "anew", "kept"):
            self.db.execute(f"CREATE TEMP TABLE {table}(id TEXT PRIMARY KEY) WITHOUT ROWID")
        for table in ("files", "faults", "counters"):
            self.db.execute(f"INSERT INTO {table} SELECT * FROM src.{table}")
        self._judge_families("SELECT DISTINCT family FROM src.staff", judge)
        self._meet_staff(judge)
        since = self._find_difference(scope)
        self._choose(scope, since)
        self._divide(scope, since)
        self._copy()
        self._judge_families("SELECT id FROM anew", judge)
        self._copy_charges(scope)
        self._rename_versions(scope)
        for table in ("chosen", "anew", "kept"):
            self.db.execute(f"DROP TABLE temp.{table}")
        self.db.execute("COMMIT")
        self.db.execute("DETACH src")

    def publish(self, generations: Generations) -> None:
        """Give its file the name by which others find it. OSError; Gone where there is a newer one already."""
        self.db.close()
        self.place = generations.publish(self.place)
        self.db, self._mark = connect(self.place, WAIT)

    def _find_difference(self, scope: Scope) -> int | None:
        """From when on (seconds) a judgement of the present index may differ from one of then; None: never."""
        import marshal

        kept = self.db.execute("SELECT value FROM src.meta WHERE key = 'people'").fetchone()
        own = self.get_meta("people")
        people = find_change(marshal.loads(kept[0]) if kept else {}, marshal.loads(own) if own else {})
        return min((each for each in (people, scope.differs_since) if each is not None), default=None)

    def _choose(self, scope: Scope, since: int | None) -> None:
        """Note the families that can matter to any of the spans."""
        for span in scope.spans:
            for register in self.pages.names:
                query = f"SELECT family FROM src.{quote(register)} WHERE recorded >= ? AND first_at < ?"
                self._note("chosen", query, span.start * MICRO, span.end)
            self._note("chosen", "SELECT family FROM src.clocks WHERE due_at >= ? AND due_at < ?", span.start, span.end)
            for register, field in scope.fields:
                query = f"SELECT family FROM src.{quote(register)} WHERE {quote(field)} >= ? AND {quote(field)} < ?"
                self._note("chosen", query, span.first, span.last)
        end = max(span.end for span in scope.spans)
        if since is not None and since < end:  # what is due after it may have been due in the span
            self._note("chosen", "SELECT family FROM src.clocks WHERE due_at >= ? AND started_at < ?", since, end)
        for _ in range(2):  # what these refer to, and what that refers to
            self._choose_referred()
        for register in WHOLE:
            self._note("chosen", f"SELECT family FROM src.{quote(register)}")
        self.db.execute("DELETE FROM chosen WHERE id IN (SELECT family FROM src.staff)")

    def _choose_referred(self) -> None:
        for register in self.pages.names:
            page = self.pages.get(register)
            for field in page.fields:
                if field.type != "case" or field.many or field.name in (page.parent, "row"):
                    continue
                named = (
                    f"SELECT DISTINCT t.{quote(field.name)} AS id FROM chosen c"
                    f" CROSS JOIN src.{quote(register)} t ON t.family = c.id WHERE t.{quote(field.name)} IS NOT NULL"
                )
                for target in (field.of,) if field.of else self.pages.names:
                    if target and target != "staff":
                        query = f"SELECT r.family FROM ({named}) n CROSS JOIN src.{quote(target)} r ON r.id = n.id"
                        self._note("chosen", query)

    def _note(self, table: str, query: str, *values: int | str) -> None:
        self.db.execute(f"INSERT OR IGNORE INTO temp.{table} {query}", values)

    def _divide(self, scope: Scope, since: int | None) -> None:
        """Which of the chosen families are judged anew, and which are taken as they stand."""
        if scope.anew or len(self._list_counted()) < len(self.counted):
            self._note("anew", "SELECT id FROM chosen")
            return
        last = self.until + 1 if self.until is not None else None
        bounds = [each for each in (last, None if since is None else since * MICRO) if each is not None]
        for register in self.pages.names if bounds else ():
            query = (
                f"SELECT DISTINCT c.id FROM chosen c CROSS JOIN src.{quote(register)} t ON t.family = c.id"
                " WHERE t.recorded >= ?"
            )
            self._note("anew", query, min(bounds))
        if since is not None:
            query = f"SELECT DISTINCT c.id FROM chosen c CROSS JOIN src.clocks t ON t.family = c.id WHERE {CHANGEABLE}"
            self._note("anew", query, since, since)
        self._note("kept", "SELECT id FROM chosen WHERE id NOT IN (SELECT id FROM anew)")

    def _list_counted(self) -> list[str]:
        """Of the events whose rows this part keeps, those whose rows the source keeps too: other rules count others."""
        known = {name for (name,) in self.db.execute("SELECT name FROM src.sqlite_master WHERE type = 'table'")}
        return [name for name in self.counted if name in known]

    def _copy(self) -> None:
        """Take the families that stand as they are."""
        query = "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = self.db.execute(query).fetchall()
        for name, _ in indexes:  # made at once of all rows they take half the time
            self.db.execute(f"DROP INDEX main.{quote(name)}")
        self.db.execute("INSERT INTO families SELECT f.* FROM kept k CROSS JOIN src.families f ON f.id = k.id")
        registers = [name for name in self.pages.names if name != "staff"]
        for table in ("clocks", *FACT_TABLES, *self._list_counted(), *registers):
            name = quote(table)
            query = f"SELECT t.* FROM kept k CROSS JOIN src.{name} t ON t.family = k.id"
            self.db.execute(f"INSERT INTO main.{name} {query}")
        for _, statement in indexes:
            self.db.execute(statement)

    def _copy_charges(self, scope: Scope) -> None:
        """Take what the other families give to count by: the n-th of a rule may follow on those of years before."""
        columns = ", ".join(map(quote, ChargeRow._fields))
        self.db.execute(
            f"INSERT INTO main.charges({columns}) SELECT {columns} FROM src.charges WHERE at < ?"
            " AND family NOT IN (SELECT id FROM chosen) AND family NOT IN (SELECT family FROM src.staff)",
            (max(span.end for span in scope.spans),),
        )
        self.db.execute(  # what entries of the ledger rest on, however long ago
            "INSERT INTO main.facts SELECT * FROM src.facts"
            " WHERE family NOT IN (SELECT id FROM chosen) AND family NOT IN (SELECT family FROM src.staff)"
        )

    def _rename_versions(self, scope: Scope) -> None:
        """Call the versions that judged what was taken over by the names that this part's rules have for them."""
        for table in ("clocks", "charges"):
            query = f"UPDATE main.{table} SET policy = ? WHERE policy = ?"
            self.db.executemany(query, [(own, label) for label, own in scope.labels])

    def _judge_families(self, query: str, judge: "Judge") -> None:
        """Judge families of the source, by their rows up to the part's time."""
        roots = [root for (root,) in self.db.execute(query)]
        chunk: list[PlacedRow] = []
        for start in range(0, len(roots), sizes.FAMILIES_READ):
            chunk += self._read_rows(roots[start : start + sizes.FAMILIES_READ])
            if len(chunk) >= sizes.ROWS_JUDGED:
                self._judge_rows(chunk, judge)
                self._rows.clear()
                chunk = []
        if chunk:
            self._judge_rows(chunk, judge)
        self._rows.clear()

    def _read_rows(self, roots: Sequence[str]) -> Iterator[PlacedRow]:
        grouped: dict[int, list[tuple[int, int]]] = {}
        marks = ", ".join("?" * len(roots))
        for (places,) in self.db.execute(f"SELECT places FROM src.families WHERE id IN ({marks})", roots):
            for number, offset, length in PLACE.iter_unpack(places):
                grouped.setdefault(number, []).append((offset, length))
        for number, found in grouped.items():
            if number not in self._handles:
                self._handles[number] = self._open_file(number)
            file, columns = self._handles[number]
            found.sort()
            for (offset, length), row in zip(found, rows_at(file, found, columns), strict=True):
                if self.until is None or row.recorded <= self.until:
                    yield PlacedRow(number, offset, length, row)


def prepare_source(source: Index) -> None:
    """Make the indexes by which families are found by what was recorded when, and cases by their family.

    They are made once, with the first part that is asked for, and belong to the cache: where it cannot be written just
    now, the question is only slower.
    """
    known = {name for (name,) in source.db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    wanted = []
    for register in source.pages.names:
        table = quote(register)
        wanted.append((f"part {register} recorded", f"{table}(recorded, first_at, family)"))
        wanted.append((f"part {register} family", f"{table}(family, recorded)"))
    missing = [(name, on) for name, on in wanted if name not in known]
    if not missing:
        return
    try:
        source.commit()  # let go of the snapshot: what is made in it would be seen by nobody else
        source.db.execute("BEGIN IMMEDIATE")
        for name, on in missing:
            source.db.execute(f"CREATE INDEX IF NOT EXISTS {quote(name)} ON {on}")
        source.db.execute("COMMIT")
    except sqlite3.OperationalError:
        if source.db.in_transaction:
            source.db.execute("ROLLBACK")
