"""Declaring a record file meant as it now is: after a hand edit, or with fewer rows than it had. Desk (records adopt).

What the file was is kept beside it, and audit says what was seen: the highest seq of the file and, of every day whose
last ids are gone, the highest number. From these rows ids and seq go on, in this clone and in every other, after the
index is made anew or deleted.
"""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, new_id
from dispatchctl.desk.events import begin
from dispatchctl.desk.recording import Done
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers.row import Row
from dispatchctl.store import seals
from dispatchctl.store.adopting import Restamped, keep_and_replace, list_kept, name_kept, restamp_file
from dispatchctl.store.files import RecordFile, list_files, name_file, parse_file_name
from dispatchctl.store.folder import require_writer
from dispatchctl.store.keys import make_id, split_id
from dispatchctl.store.reading import iterate_file
from dispatchctl.store.tails import list_lost
from dispatchctl.typed import Writing, is_blank

AUDIT, ADOPTED = "audit", "adopted"


class _Plan(NamedTuple):
    """What is to be done. files: those that are written anew or declared meant, the one named first."""

    files: list[tuple[RecordFile, Restamped]]
    had: int  # the highest seq that the one named ever had
    lost: list[tuple[str, int, int]]  # see list_lost


def adopt_file(books: Books, text: str, reason: str, writing: Writing) -> dict[str, Any]:
    """Declare a record file of this writer meant as it is; what was done, under the keys of json.

    Its rows are stamped anew where its chain does not hold, and as the chain runs on, so are the writer's later files
    of the register. Refused for another writer's file, for one that is sealed, and where nothing is wrong with it;
    BadData for rows that cannot be read.
    """
    writer = require_writer(books.folder)
    if is_blank(reason):
        raise UsageFault("is missing: say why the file is meant as it is", place="--reason")
    file = _find_file(books, text)
    if file.writer != writer:
        raise Refused(f"is {file.writer}'s, and this clone writes as {writer}: adopt it there", place=file.label)
    plans: list[_Plan] = []

    def start(moment: Instant, *, dry: bool) -> list[Step]:
        plan = _make_plan(books, file)
        plans[:] = [plan]
        kept = {each.name: name_kept(each) for each, new in plan.files if new.data is not None and _is_there(each)}
        steps = list(_write_steps(books, plan, kept, reason))
        if not dry:
            for each, new in plan.files:
                if new.data is not None:
                    keep_and_replace(each, kept.get(each.name, ""), new.data)
                    books.ws.recorded.note([each.label])
            books.catch_up()  # the row of audit goes to where these files now end
        return [step._replace(case=new_id(books, AUDIT, moment, ahead)) for ahead, step in enumerate(steps)]

    name = f"{file.register}/{file.name}"
    trial = writing._replace(dry_run=True)  # before a file is changed: whatever refuses the rows
    done = begin(books, AUDIT, partial(start, dry=True), trial, (ADOPTED,), adopted=name)
    if not writing.dry_run and not done.replayed:
        done = begin(books, AUDIT, partial(start, dry=False), writing, (ADOPTED,), adopted=name)
    books.warnings = [each for each in books.warnings if not each.startswith(f"{file.label}:")]
    return _describe(books, file, done, plans[0] if plans else None)


def _is_there(file: RecordFile) -> bool:
    return os.path.lexists(file.path)


def _find_file(books: Books, text: str) -> RecordFile:
    """The record file that a path, `orders/2026-11.main.csv` or `orders/2026-11.main` names."""
    folder = books.folder
    rest, _, name = text.rstrip("/").rpartition("/")
    register = rest.rpartition("/")[2]
    parsed = parse_file_name(name if name.endswith(".csv") else f"{name}.csv")
    if parsed is None or register not in books.pages.names:
        hint = f"such as {folder.label}/orders/2026-11.main.csv; records check names those with faults"
        raise NotFound(f"{text[:60]!r} names no record file", place="FILE", hint=hint)
    file = name_file(folder.path, folder.label, register, *parsed)
    known = [each for each in list_files(folder.path, folder.label, register) if each == file]
    missing = any(each.name == f"{register}/{file.name}" for each in books.list_short())
    if not known and not missing:
        raise NotFound("there is no such record file", place=file.label)
    return file


def _make_plan(books: Books, file: RecordFile) -> _Plan:
    folder, pages, index = books.folder, books.pages, books.index
    name = f"{file.register}/{file.name}"
    events = pages.events(file.register).keys()
    short = [each for each in books.list_short() if each.name == name]
    mine = [each for each in list_files(folder.path, folder.label, file.register) if each.writer == file.writer]
    key = (file.month, file.part)
    crc = 0
    for each in mine:
        if (each.month, each.part) < key:
            for read in iterate_file(each, None, crc, events):
                crc = read.position.crc
    changed: list[tuple[RecordFile, Restamped]] = []
    for each in [file, *(one for one in mine if (one.month, one.part) > key)]:
        new = restamp_file(each, pages.get(each.register), crc, events)
        crc = new.crc
        if each == file or new.data is not None:
            changed.append((each, new))
    for each, _ in changed:
        _refuse_sealed(books, each)
    had = max(changed[0][1].last, index.highest_seq(file), *(_read_seen(books, name)))
    there = {split_id(case) for _, new in changed for case in new.ids}
    lost = [
        each
        for each in list_lost(index.db, file.register, file.writer, file.month)
        if max((found[2] for found in there if found and found[:2] == (file.writer, each[0])), default=0) < each[2]
    ]
    if not short and all(new.data is None for _, new in changed) and not _list_unrecorded(books, file):
        raise Refused("is whole, and nothing says that it had more rows: there is nothing to adopt", place=file.label)
    return _Plan(changed, had, lost)


def _read_seen(books: Books, name: str) -> list[int]:
    query = "SELECT seq FROM seen WHERE name = ? UNION ALL SELECT seq FROM files WHERE name = ?"
    return [0, *(seq for (seq,) in books.index.db.execute(query, (name, name)))]


def _refuse_sealed(books: Books, file: RecordFile) -> None:
    folder = books.folder
    seal = seals.read_seal(folder.path, folder.label, file.month, file.writer)
    if seal is not None and f"{file.register}/{file.name}.csv" in {each.file for each in seal.files}:
        hint = "take it back from a backup or from git"
        raise Refused(f"is sealed ({seal.name}): it stands as it was", place=file.label, hint=hint)


def _list_unrecorded(books: Books, file: RecordFile) -> list[str]:
    """What a file was before, kept by an adoption that a crash cut short before audit could tell of it."""
    found = books.index.db.execute("SELECT id, subject FROM audit").fetchall()
    told = {subject for _, subject in found}  # where older releases told of it
    for case in (case for case, subject in found if subject == f"{file.register}/{file.name}"):
        for row in books.index.family_rows(case):
            told |= {part.partition(" ")[0] for part in row.note.split("; ")}
    return [name for name in list_kept(file) if f"{file.register}/{name}" not in told]


def _write_steps(books: Books, plan: _Plan, kept: dict[str, str], reason: str) -> Iterator[Step]:
    """The rows of audit: each file with its highest seq (the note says where what it was is kept), and of each day the
    highest number.
    """
    for place, (file, new) in enumerate(plan.files):
        subject = f"{file.register}/{file.name}"
        fields: dict[str, Any] = {"subject": subject, "reason": reason}
        digest = seals.digest_bytes(new.data) if new.data is not None else _digest(file)
        seq = plan.had if place == 0 else max(new.last, books.index.highest_seq(file))
        older = [*_list_unrecorded(books, file), *([kept[file.name]] if file.name in kept else [])]
        notes = []
        for name in dict.fromkeys(older):
            path = file.path if name == kept.get(file.name) else os.path.join(os.path.dirname(file.path), name)
            notes.append(f"{file.register}/{name} sha256:{seals.measure_file(path, file.label)[1]}")
        yield Step(ADOPTED, {**fields, "rows": seq, "sha256": digest}, note="; ".join(notes))
    file = plan.files[0][0]
    for day, _, highest in plan.lost:
        period = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        fields = {"subject": f"{file.register}/{file.name}", "period": period, "rows": highest, "reason": reason}
        yield Step(ADOPTED, fields)


def _digest(file: RecordFile) -> str:
    return seals.measure_file(file.path, file.label)[1]


def _list_rows(books: Books, done: Done) -> list[Row]:
    """Every row of an adoption; of one that had been recorded, `done` has only those of its first entry."""
    rows = list(done.rows)
    split = split_id(rows[0].id)
    while done.replayed and split is not None:
        split = (*split[:2], split[2] + 1)
        name = make_id(books.pages.get(AUDIT).letter, split[1], split[0], split[2])
        more = [row for row in books.index.family_rows(name) if row.recorded == rows[0].recorded]
        if not more:
            break
        rows += more
    return rows


def _describe(books: Books, file: RecordFile, done: Done, plan: _Plan | None) -> dict[str, Any]:
    rows = _list_rows(books, done)
    first = rows[0]
    item: dict[str, Any] = {
        "id": first.id,
        "event": ADOPTED,
        "state": ADOPTED,
        "file": file.label,
        "rows": plan.files[0][1].rows if plan is not None else None,
        "had": int(first.fields["rows"]),
        "unchanged": plan.files[0][1].unchanged if plan is not None else None,
        "encoding": plan.files[0][1].encoding if plan is not None else None,
        "written_anew": [each.label for each, new in plan.files if new.data is not None] if plan is not None else [],
        "numbers": {row.fields["period"]: int(row.fields["rows"]) for row in rows if row.fields.get("period")},
    }
    if done.replayed:
        item["replayed"] = True
    if done.dry:
        item["dry_run"] = True
    return item
