"""Importing history: a whole input checked first, then written in appends that a crash can only cut short. Desk.

Idempotent by (source_ref, event): what is there already is passed over, so an import that was cut short is run again
and goes on. The index does not follow while an import runs, as that would cost more than the import: what has been
appended is known here, and only what others write meanwhile makes it catch up.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from dispatchctl import sizes
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.imports.appends import Known, Planned, Recorder, try_addition
from dispatchctl.desk.imports.changes import CORRECTING, Comparer, Correction, Stranger, name_correction
from dispatchctl.desk.imports.conversion import Tables, fit_value, make_tables, spell_time
from dispatchctl.desk.imports.eventlogs import LogReader
from dispatchctl.desk.imports.rowwise import RowRecorder
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.desk.imports.tally import ImportTally, Outcome, RowChange, RowFault
from dispatchctl.desk.imports.times import TimeParser
from dispatchctl.desk.names import SHOWN
from dispatchctl.desk.recording import read_moment
from dispatchctl.desk.rights import require_right
from dispatchctl.errors import BadData, Fault
from dispatchctl.exchange.inputs import open_input
from dispatchctl.exchange.maps import REGISTERS, ImportMap, load_map
from dispatchctl.exchange.sources import Source, open_source
from dispatchctl.policy.loading import SIZE_LIMIT
from dispatchctl.policy.reading import find_nearest
from dispatchctl.policy.rights import IMPORT
from dispatchctl.store.bulk import Strip
from dispatchctl.store.folder import require_writer
from dispatchctl.store.journal import Draft
from dispatchctl.typed import fold_reference


def load_import_map(books: Books, path: str) -> ImportMap:
    """The checked map in a file; as open_input where there is none, BadData with every fault at once."""
    with open_input(path) as file:
        text = file.read(SIZE_LIMIT + 1)
    tables: dict[str, Tables] = {}

    def fit(register: str, field: str, value: str) -> str:
        if register not in tables:
            tables[register] = make_tables(books, register)
        return fit_value(tables[register], field, value, TimeParser(books.timezone))

    found, faults = load_map(text, path, books.pages, fit)
    if found is None:
        raise BadData.of(faults)
    return found


def import_history(
    books: Books,
    path: str,
    map_path: str,
    *,
    skip_faults: bool = False,
    dry_run: bool = False,
    update: bool = False,
    strict: bool = False,
    advance: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Import the rows of a file (`-`: standard input) as a map says; what it came to.

    skip_faults: import the other rows where some have faults; else a fault anywhere imports nothing. update: record
    what known rows say otherwise. strict: what is otherwise put right with a warning is a fault. advance is told how
    many bytes of how many were worked through, twice the input's size in all.
    """
    books.rest_on("staff")  # what a row means of the records is decided chunk by chunk, under the lock
    writer = require_writer(books.folder)
    actor = require_actor(books)
    require_right(books, actor, IMPORT, "import")
    books.granted = True
    read_moment(books, "")
    wanted = load_import_map(books, map_path)
    books.refuse_short(wanted.register)  # a dry run says so too
    source = open_source(path, wanted.layout, books.ws.keep)
    try:
        warn_of_encoding(books, source, strict=strict)
        job = Import(books, source, wanted, writer, actor, advance or (lambda done, size: None), update, strict)
        job.check_columns(map_path)
        first = job.check()
        if dry_run or (first.groups and not skip_faults):
            stopped = first.groups and not skip_faults and not dry_run
            return first._replace(imported=0, updated=0) if stopped else first
        return job.write()._replace(groups=first.groups, more=first.more)
    finally:
        source.close()


def warn_of_encoding(books: Books, source: Source, *, strict: bool = False) -> None:
    """Warn where the input may be in another encoding than it is read in; with `strict` BadData."""
    doubt = source.find_doubt()
    if doubt is None:
        return
    if strict:
        raise BadData(str(doubt), hint=doubt.hint, faults=(doubt,))
    books.warnings.append(f"{doubt} ({doubt.hint})")


class Import:
    """One import under way."""

    def __init__(
        self,
        books: Books,
        source: Source,
        wanted: ImportMap,
        writer: str,
        actor: str,
        advance: Callable[[int, int], None],
        update: bool,
        strict: bool,
    ) -> None:
        self.books, self.source, self.map, self.writer, self.actor = books, source, wanted, writer, actor
        self.advance, self.update = advance, update
        self.known = Known(books)
        self.page = books.pages.get(wanted.register)
        tables = make_tables(books, wanted.register)
        self.sifter = Sifter(books, source, wanted, tables, strict=strict)
        source.whole.add(wanted.columns.get("source_ref", ""))
        self.chunk = max(1, sizes.ROWS_APPENDED // len(self.sifter.parts))
        self.log = LogReader(books, wanted, self.sifter, self.known, strict=strict) if wanted.is_log else None
        self.comparer = Comparer(books, self.page, self.sifter)
        self.repeated: dict[int, RowFault] = {}  # input row -> its reference stands before
        self.recorder = Recorder(books, writer, actor, wanted.register)
        self.rowwise: RowRecorder | None = None
        if wanted.register != REGISTERS[0]:
            self.rowwise = RowRecorder(books, wanted, self.sifter, self.known, self.comparer, actor, update=update)

    def check_columns(self, map_path: str) -> None:
        """BadData where the map names columns that the input has not: all of them, by the line of the map."""
        header = self.source.header
        if header is None:
            return
        faults = []
        for column, (line, place) in self.map.lines.items():
            for part in self.source.list_parts(column):
                if part not in header:
                    near = find_nearest(part, header)
                    hint = f"nearest: {near}" if near else f"there are: {', '.join(header[:12])}"
                    message = f"{self.source.name} has no column {part[:60]!r}"
                    faults.append(Fault(map_path, line, place, "no-column", message, "", hint))
                elif header.count(part) > 1:
                    message = f"the column {part!r} stands twice in {self.source.name}"
                    faults.append(Fault(map_path, line, place, "twice", message))
        told = self.source.tell_layout() if any(fault.code == "no-column" for fault in faults) else []
        if told:  # the columns are not missing: the file is otherwise than the map says
            faults = [Fault(map_path, 1, 0, "layout", what, "", f"map: {line}") for what, line in told]
        if faults:
            raise BadData.of(sorted(faults, key=lambda fault: fault.line))

    def chunks(self, half: int, *, lint: bool) -> Iterator[tuple[int, Sifted]]:
        """(number of its first row, what its rows say) of each chunk; half: 0 in the first reading, 1 in the second."""
        number = 0
        for chunk in self.source.read_chunks(self.sifter.columns, self.chunk):
            sifted = self.sifter.sift(chunk, lint=lint)
            for row in range(number, number + chunk.height) if self.repeated else ():
                if row in self.repeated:
                    sifted.faults.setdefault(row - number, []).append(self.repeated[row])
            yield number, sifted
            number += chunk.height
            self.advance(half * self.source.size + self.source.position(), 2 * self.source.size)

    # --- first reading ----------------------------------------------------------------------------------------------

    def check(self) -> Outcome:
        """Go through the whole input without writing; what importing it would come to."""
        moment = read_moment(self.books, "")
        tally, hashes = ImportTally(), array("q")
        for _, sifted in self.chunks(0, lint=True):
            if self.log is None:
                hashes.extend(map(hash, sifted.refs))
            if self.rowwise is not None:
                self.rowwise.take(sifted, tally, dry=True)
            else:
                count_chunk(tally, sifted, self.plan(sifted, moment))
        self.repeated = self._find_repeated(hashes)
        if self.repeated:
            tally = self._count_anew(moment)
        self._warn()
        if self.log is not None:
            self.log.start_over()
        return tally.outcome()

    def _find_repeated(self, hashes: "array[int]") -> dict[int, RowFault]:
        """The rows whose reference stands in a row before, each with its fault."""
        doubles = find_doubles(hashes)
        if not doubles:
            return {}
        column = self.sifter.columns[self.sifter.ref]
        first: dict[str, int] = {}
        repeated, number = {}, 0
        for chunk in self.source.read_chunks([column], sizes.ROWS_APPENDED):
            for row, ref in enumerate(map(fold_reference, chunk.columns[0])):
                if ref and ref not in self.map.none and hash(ref) in doubles:
                    line = chunk.lines[row]
                    if ref in first:
                        message = f"{column}: {ref[:60]!r} stands twice (first in line {first[ref]})"
                        place = self.source.numbers.get(column, 0)
                        fault = Fault(self.source.name, line, place, "twice", message)
                        repeated[number + row] = RowFault(fault, column)
                    first.setdefault(ref, line)
            number += chunk.height
        return repeated

    def _count_anew(self, moment: Instant) -> ImportTally:
        """Count again, now that it is known which rows repeat a reference; few files have any."""
        fresh = ImportTally()
        self.sifter.personal.clear()
        self.sifter.early = 0
        if self.log is not None:
            self.log.start_over()
        for _, sifted in self.chunks(0, lint=True):
            if self.rowwise is not None:
                self.rowwise.take(sifted, fresh, dry=True)
            else:
                count_chunk(fresh, sifted, self.plan(sifted, moment))
        return fresh

    def _warn(self) -> None:
        warnings = self.books.warnings
        for column, rows in self.sifter.personal.items():
            if not self.sifter.private:
                held = f"{column}: {rows} rows hold what looks like a phone or identity number"
                warnings.append(f"{held}; it cannot be erased from there")
        if self.sifter.early:
            first = self.sifter.parts[0].event.name
            warnings.append(
                f"{self.sifter.early} events lie before {first} of their rows and are taken as of that moment"
                " (--strict refuses them)"
            )
        if self.log is not None and self.log.midway:
            opening = self.log.opening
            warnings.append(
                f"{self.log.midway} cases begin in the middle and are {opening} with their first row"
                " (--strict refuses them)"
            )
        if self.log is not None and self.log.otherwise:
            warnings.append(
                f"{len(self.log.otherwise)} cases end with another caller, phone or address than they began with, which"
                " is not recorded of a log: dispatchctl amend CASE phone=..."
            )
        voided = sorted(self.comparer.voided)
        if voided:
            more = f" and {len(voided) - SHOWN} more" if len(voided) > SHOWN else ""
            warnings.append(
                f"{len(voided)} known rows are of cases that were taken back here ({', '.join(voided[:SHOWN])}{more}):"
                " they are passed over; another reference takes them anew"
            )
        unread = len(self.comparer.callers.unread)
        if unread:
            warnings.append(
                f"{unread} known rows are of callers who were erased here or are another office's; who called is not"
                " compared there"
            )

    # --- second reading ---------------------------------------------------------------------------------------------

    def write(self) -> Outcome:
        """Read it all again and append what is new, a chunk at a time."""
        try:
            return self._write_chunks()
        except BaseException:
            self.books.ws.recorded.leave((), ())  # run again it goes on, and tells what it refuses
            raise

    def _write_chunks(self) -> Outcome:
        tally = ImportTally()
        for _, sifted in self.chunks(1, lint=False):
            self.source.check_unchanged()
            if self.rowwise is not None:
                self.rowwise.take(sifted, tally, dry=False)
                continue
            if len(sifted.faults) == len(sifted.lines):
                count_chunk(tally, sifted, Planned([], [], [], 0))
                continue
            planned, ids = self.recorder.append(partial(self.plan, sifted), sifted.contacts)
            if self.log is not None:
                self.log.note_ids(ids)
            count_chunk(tally, sifted, planned)
        return tally.outcome()

    def plan(self, sifted: Sifted, moment: Instant) -> Planned:
        """What of a chunk is new; rows that are refused get a fault."""
        if self.log is not None:
            return self.log.plan(sifted, moment)
        names = [part.event.name for part in self.sifter.parts]
        known = self.known.find(sifted.refs)
        if not known and not sifted.faults:
            rows = list(range(len(sifted.refs)))
            return Planned(rows, [""] * len(rows), self._make_strips(sifted, rows, None), 0)
        opened = [known.get((ref, names[0]), ("", self.page.name)) for ref in sifted.refs]
        suspects = self.comparer.find_suspects(sifted, opened)
        rows, cases, brought, skipped, apart = [], [], [], 0, 0
        changes: list[RowChange] = []
        extra: dict[int, Correction] = {}  # place among rows -> what it corrects
        for row, ref in enumerate(sifted.refs):
            if row in sifted.faults:
                continue
            new = [
                number
                for number, name in enumerate(names)
                if sifted.at[number][row] is not None and (ref, name) not in known
            ]
            case, register = opened[row]
            told = None
            if row in suspects:
                told = self.comparer.compare(sifted, row, suspects[row], known, moment.recorded // 1_000_000)
            if isinstance(told, Stranger):
                self._note_stranger(sifted, row, told)
                continue
            if told is not None:
                changes.append(told.change)
                if self.update and told.change.error:
                    self._note(sifted, row, f"{ref!r} {told.change.error}")
                    changes.pop()
                    continue
            correction = told if told is not None and self.update else None
            if not new and correction is None:
                skipped += told is None
                continue
            error = self._refuse(sifted, row, new, case, register, moment, correction)
            if error:
                self._note(sifted, row, error)
                if told is not None:
                    changes.pop()
                continue
            if correction is not None:
                extra[len(rows)] = correction
                apart += not new
            rows.append(row)
            cases.append(case)
            brought.append(new)
        strips = [*self._make_strips(sifted, rows, brought), *self._correct(sifted, rows, extra)]
        callers = {place: each.contact for place, each in extra.items() if each.contact is not None}
        return Planned(rows, cases, strips, skipped, changes, len(extra), apart, callers)

    def _note(self, sifted: Sifted, row: int, message: str, hint: str = "") -> None:
        fault = Fault(self.source.name, sifted.lines[row], 0, "refused", message, "", hint)
        sifted.faults[row] = [RowFault(fault, "", message)]

    def _note_stranger(self, sifted: Sifted, row: int, told: Stranger) -> None:
        """Refuse a row whose reference is another case's, as where each week's sheet counts from 1 again."""
        ref = sifted.refs[row]
        ours, theirs = (spell_time(at, self.books.timezone)[:16] for at in (told.ours, told.theirs))
        column = self.sifter.columns[self.sifter.ref]
        message = (
            f"{ref!r} is {told.case} here, taken {ours}, and {theirs} in this row: another request of the same number"
        )
        where = column if "{" in column else f"{{{column}}}"
        self._note(
            sifted, row, message, f'map: source_ref: a prefix before it, such as "2026-W45-{where}" or "{{周}}-{where}"'
        )

    def _correct(self, sifted: Sifted, rows: Sequence[int], extra: dict[int, Correction]) -> list[Strip]:
        """The events that record what changed, by columns as long as the plan."""
        notes = [""] * len(rows)
        strips = []
        found = {event for each in extra.values() for event, _, _ in each.events}
        for name in sorted(found, key=CORRECTING.index):  # what is taken back makes room for what comes instead
            at: list[int | None] = [None] * len(rows)
            refs = [""] * len(rows)
            fields: dict[str, list[str]] = {}
            for place, correction in extra.items():
                for event, when, values in correction.events:
                    if event == name:
                        at[place] = when
                        refs[place] = name_correction(sifted.refs[rows[place]], when)
                        for field, text in values.items():
                            fields.setdefault(field, [""] * len(rows))[place] = text
            strips.append(Strip(name, at, refs, notes, dict(fields)))
        return strips

    def _refuse(
        self,
        sifted: Sifted,
        row: int,
        new: Sequence[int],
        case: str,
        register: str,
        moment: Instant,
        correction: Correction | None,
    ) -> str:
        """Why the new events of a row may not be recorded; "" where they may."""
        if register != self.page.name:
            return f"{sifted.refs[row]!r} is the reference of {case}, of {register}"
        if (new and new[0] == 0) or not case:
            return "" if new[0] == 0 else f"{sifted.refs[row]!r} is used by another case"
        drafts = []
        for number in new:
            at = sifted.at[number][row]
            fields = {name: column[row] for name, column in sifted.fields[number].items()}
            assert at is not None
            event = self.sifter.parts[number].event.name
            drafts.append(Draft(at, self.actor, case, event, fields, sifted.refs[row]))
        for event, when, fields in correction.events if correction is not None else ():
            ref = name_correction(sifted.refs[row], when)
            drafts.append(Draft(when, self.actor, case, event, fields, ref))
        return try_addition(self.books, self.page.name, drafts, moment)

    def _make_strips(self, sifted: Sifted, rows: list[int], brought: list[list[int]] | None) -> list[Strip]:
        """The rows' events by columns; brought: which of them are new, None for all."""
        whole = len(rows) == len(sifted.refs)
        strips = []
        for number, part in enumerate(self.sifter.parts):
            at, fields, refs, notes = sifted.at[number], sifted.fields[number], sifted.refs, sifted.notes[number]
            if not whole:
                at = [at[row] for row in rows]
                refs, notes = ([column[row] for row in rows] for column in (refs, notes))
                fields = {name: [column[row] for row in rows] for name, column in fields.items()}
            if brought is not None:
                at = [each if number in new else None for each, new in zip(at, brought, strict=True)]
            strips.append(Strip(part.event.name, at, refs, notes, dict(fields)))
        return strips


def count_chunk(tally: ImportTally, sifted: Sifted, planned: Planned) -> None:
    """Count the rows of a chunk, and gather their faults and changes."""
    tally.read += len(sifted.lines)
    tally.imported += len(planned.rows) - planned.apart
    tally.changed += len(planned.changes)
    tally.updated += planned.updated
    tally.skipped += planned.skipped
    tally.refused += len(sifted.faults)
    tally.note_changes(planned.changes)
    for row in sorted(sifted.faults):
        tally.add(sifted.faults[row])


def find_doubles(hashes: "array[int]") -> set[int]:
    """The values that occur more than once; a share of them is sorted at a time, which bounds the memory."""
    shares = len(hashes) // sizes.REFERENCES_SORTED + 1
    doubles: set[int] = set()
    for share in range(shares):
        found = sorted(hashes) if shares == 1 else sorted(each for each in hashes if each % shares == share)
        doubles.update(one for one, other in pairwise(found) if one == other)
    return doubles
