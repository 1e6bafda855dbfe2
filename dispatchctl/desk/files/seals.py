"""Sealing a month of this writer. Desk (records seal).

A seal stands against what the chain does not: a deliberate edit. It says what every file of the month was, to the
byte, and names the seal before it, so that one cannot be exchanged without all that came after.
"""

import os
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.periods import Period, month_period
from dispatchctl.desk.recording import Done, was_recorded
from dispatchctl.errors import BadData, DispatchError, NotFound, OutcomeUnknown, Refused, SystemFailed
from dispatchctl.store import seals
from dispatchctl.store.files import RecordFile, list_files, open_regular, sync_bytes, write_bytes
from dispatchctl.store.folder import SEALS, Folder, list_register_folders
from dispatchctl.store.lines import finish_tail
from dispatchctl.store.lock import confirm_lock
from dispatchctl.store.reading import iterate_file
from dispatchctl.store.seals import SIGNATURE, Seal, SealedFile, label_seal, name_seal
from dispatchctl.typed import Writing

AUDIT, SEALED = "audit", "sealed"


# --- sealing ----------------------------------------------------------------------------------------------------------


def seal_month(books: Books, month: str, *, key: str, end_torn: bool, writing: Writing) -> dict[str, Any]:
    """Seal a month of this writer; key: "" or the file of the key to sign with. What was done, under the keys of json.

    Refused while the month is not over, where no version of the rules is published, where an earlier month of this
    writer is not sealed, and where it is sealed already (with a key, one that is not signed yet is signed). BadData
    where a file's chain is broken, or ends in a torn line that `end_torn` does not allow to be ended.
    """
    actor = require_actor(books, system=True)
    if key:
        from dispatchctl.store.signing import require_key

        require_key(key)
    period = month_period(books, month)
    folder = books.folder
    sealed: Seal | None = None
    written = False

    def start(moment: Instant) -> list[Step]:
        nonlocal sealed, written
        _refuse_open(books, period, moment)
        kept = seals.read_seal(folder.path, folder.label, period.name, folder.writer)
        if kept is not None and _find_row(books, kept.name) is not None:
            raise _refuse_again(books, kept)
        sealed = kept or _make_seal(books, period, moment, actor, end_torn=end_torn and not writing.dry_run)
        data = _render(books, sealed)
        fields = {
            "subject": sealed.name,
            "period": sealed.month,
            "rows": _count_rows(books, sealed),
            "sha256": seals.digest_bytes(data),
        }
        if kept is None and not writing.dry_run:
            seals.write_seal(folder.path, folder.label, sealed.name, data)
            written = True
        return [Step(SEALED, fields)]

    if key and not was_recorded(books, writing.request_id):
        signed = _sign_later(books, period, key, writing)
        if signed is not None:
            return signed
    try:
        done = begin(books, AUDIT, start, writing, (SEALED,), actor=actor)
    except DispatchError as error:
        if written and sealed is not None and not isinstance(error, OutcomeUnknown):
            seals.remove_seal(folder.path, sealed.name)  # no row tells of it: the month was not sealed
        raise
    seal = sealed or _reread(books, done)
    if key and not done.replayed and not done.dry:
        _sign(books, seal, key)
    return _describe(books, seal, done)


def _refuse_open(books: Books, period: Period, moment: Instant) -> None:
    if moment.recorded < period.end * 1_000_000:
        raise Refused(f"{period.name} is not over: it can be sealed from the first day of the next month", place=SEALS)
    if books.book.draft_only:
        raise Refused("sealing needs a published version of the rules", place=SEALS, hint="dispatchctl policy publish")


def _refuse_again(books: Books, seal: Seal) -> Refused:
    place = label_seal(books.folder.label, seal.name)
    return Refused(f"{seal.month} was sealed at {say_recorded(books, seal.sealed_at)} by {seal.by}", place=place)


def say_recorded(books: Books, microseconds: int) -> str:
    """ISO 8601 with microseconds and the offset of the policy's timezone."""
    second, rest = divmod(microseconds, 1_000_000)
    local = datetime.fromtimestamp(second, ZoneInfo(books.timezone)).replace(microsecond=rest)
    return local.isoformat(timespec="microseconds")


def _make_seal(books: Books, period: Period, moment: Instant, actor: str, *, end_torn: bool) -> Seal:
    """The seal of a month as its files stand, each read through first."""
    folder = books.folder
    mine = list_own_files(folder, folder.writer)
    sealed = [month for month, writer in seals.list_seals(folder.path) if writer == folder.writer]
    _refuse_gap(books, mine, sealed, period.name)
    files = [file for file in mine if file.month == period.name]
    names = {f"{file.register}/{file.name}" for file in files}
    short = [each.fault for each in books.list_short() if each.name in names]
    if short:
        raise BadData("\n".join(map(str, short)), hint=short[0].hint, faults=tuple(short))
    if not files:
        raise Refused(f"{folder.writer} recorded nothing in {period.name}: there is nothing to seal", place=SEALS)
    measured = []
    for file in files:
        _check_file(books, file, end_torn=end_torn)
        size, digest = seals.measure_file(file.path, file.label, sync=True)
        measured.append(SealedFile(f"{file.register}/{file.name}.csv", size, digest))
    before = max((month for month in sealed if month < period.name), default="")
    previous = None
    if before:
        name = name_seal(before, folder.writer)
        previous = name, seals.digest_bytes(seals.read_seal_text(folder.path, folder.label, name))
    return Seal(period.name, folder.writer, moment.recorded, actor, previous, tuple(measured))


def list_own_files(folder: Folder, writer: str, month: str = "") -> list[RecordFile]:
    """A writer's record files of all registers, those unknown to this version among them; month: only of that one."""
    return [
        file
        for register in list_register_folders(folder.path)
        for file in list_files(folder.path, folder.label, register)
        if file.writer == writer and month in ("", file.month)
    ]


def _refuse_gap(books: Books, mine: list[RecordFile], sealed: list[str], month: str) -> None:
    open_months = sorted({file.month for file in mine if file.month < month} - set(sealed))
    if open_months:
        first = open_months[0]
        hint = f"dispatchctl records seal --month {first}"
        raise Refused(f"{first} is not sealed yet, and comes before {month}", place=SEALS, hint=hint)
    later = [each for each in sealed if each > month]
    if later:
        place = label_seal(books.folder.label, name_seal(later[0], books.folder.writer))
        raise Refused(f"{later[0]} is sealed already; a month before it cannot be any more", place=place)


def _check_file(books: Books, file: RecordFile, *, end_torn: bool) -> None:
    """BadData naming the place where a file does not hold what was written: a broken chain, a torn end."""
    pages = books.pages
    known = file.register in pages.names
    query = "SELECT crc_before FROM files WHERE name = ?"
    before = books.index.db.execute(query, (f"{file.register}/{file.name}",)).fetchone() if known else None
    if before is None:
        return  # of a register unknown here: it is sealed as it stands
    for read in iterate_file(file, None, before[0], pages.events(file.register).keys()):
        if read.faults:
            raise BadData.of(read.faults[:20])
        if read.tail and read.position.columns:
            _end_torn(file, read.tail, end_torn=end_torn)


def _end_torn(file: RecordFile, tail: bytes, *, end_torn: bool) -> None:
    """End what a crash left at the end of a file, as the next writer would; BadData where that was not asked for."""
    if not end_torn:
        raise BadData(
            f"{file.label}: ends in a torn line, which a crash left and which counts for nothing",
            hint="end it and seal: the same command with --end-torn",
        )
    confirm_lock(os.path.dirname(os.path.dirname(file.path)))
    try:
        with open_regular(file.path, file.label, os.O_WRONLY | os.O_APPEND) as descriptor:
            write_bytes(descriptor, finish_tail(tail))
            sync_bytes(descriptor)
    except OSError as error:
        raise SystemFailed(f"cannot be written: {error.strerror}", place=file.label) from error


def _count_rows(books: Books, seal: Seal) -> int:
    query = "SELECT COALESCE(SUM(rows), 0) FROM files WHERE month = ? AND writer = ?"
    return int(books.index.db.execute(query, (seal.month, seal.writer)).fetchone()[0])


def _render(books: Books, seal: Seal) -> bytes:
    return seals.render_seal(seal, say_recorded(books, seal.sealed_at))


def _find_row(books: Books, name: str) -> str | None:
    row = books.index.db.execute(
        "SELECT id FROM audit WHERE subject = ? AND \"at:sealed\" IS NOT NULL AND state <> 'void'", (name,)
    ).fetchone()
    return str(row[0]) if row else None


def _reread(books: Books, done: Done) -> Seal:
    """The seal that a repeated request made."""
    month, _, rest = done.rows[0].fields["subject"].partition(".")
    seal = seals.read_seal(books.folder.path, books.folder.label, month, rest.removesuffix(seals.ENDING))
    if seal is None:
        raise NotFound("the seal is gone", place=label_seal(books.folder.label, done.rows[0].fields["subject"]))
    return seal


def _describe(books: Books, seal: Seal, done: Done | None) -> dict[str, Any]:
    folder = books.folder
    signed = os.path.lexists(f"{folder.path}/{SEALS}/{seal.name}{SIGNATURE}")
    item: dict[str, Any] = {
        "id": done.rows[0].id if done else _find_row(books, seal.name),
        "event": SEALED,
        "state": "open",
        "month": seal.month,
        "writer": seal.writer,
        "file": seal.name,
        "sealed_at": say_recorded(books, seal.sealed_at),
        "by": seal.by,
        "files": len(seal.files),
        "bytes": sum(file.size for file in seal.files),
        "signed": signed,
    }
    if done and done.replayed:
        item["replayed"] = True
    if done and done.dry:
        item["dry_run"] = True
    return item


# --- signing ----------------------------------------------------------------------------------------------------------


def _sign(books: Books, seal: Seal, key: str) -> None:
    from dispatchctl.store.signing import sign_bytes

    folder = books.folder
    data = seals.read_seal_text(folder.path, folder.label, seal.name)
    try:
        signature = sign_bytes(data, key)
        seals.write_seal(folder.path, folder.label, seal.name + SIGNATURE, signature)
    except (SystemFailed, NotFound) as error:
        hint = "sign it by the same command once that is put right"
        kind = OutcomeUnknown if books.ws.recorded else type(error)
        raise kind(f"{seal.month} is sealed, but not signed: {error}", hint=hint) from error


def _sign_later(books: Books, period: Period, key: str, writing: Writing) -> dict[str, Any] | None:
    """Sign a month that was sealed without a signature; None where it is not sealed, or signed already."""
    folder = books.folder
    seal = seals.read_seal(folder.path, folder.label, period.name, folder.writer)
    if seal is None or _find_row(books, seal.name) is None:
        return None
    if os.path.lexists(f"{folder.path}/{SEALS}/{seal.name}{SIGNATURE}"):
        return None
    writing.refuse_kept("there is no row to keep it with: the month is sealed already, and is only signed now")
    if not writing.dry_run:
        _sign(books, seal, key)
        books.ws.recorded.note([f"{seal.name}{SIGNATURE}"])
    return {**_describe(books, seal, None), **({"dry_run": True} if writing.dry_run else {})}
