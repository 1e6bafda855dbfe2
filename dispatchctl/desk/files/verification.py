"""Verifying every seal against the files, the seal before it, its row of audit and its signature. Desk.

It reads the files themselves, not the index, and writes nothing (records verify).
"""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dispatchctl.desk.files.seals import AUDIT, SEALED, list_own_files
from dispatchctl.errors import BadData, DispatchError, Fault
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.store import seals
from dispatchctl.store.files import list_files
from dispatchctl.store.folder import SEALS, Folder, open_folder
from dispatchctl.store.leftovers import is_temporary
from dispatchctl.store.reading import iterate_file
from dispatchctl.store.seals import SIGNATURE, Seal, label_seal, name_seal


class Verification(NamedTuple):
    """What was compared: seals, the files they name, the signatures found sound, and every finding by file."""

    faults: list[Fault]
    seals: int
    files: int
    signed: int
    signers: tuple[str, ...]


def verify_seals(path: str, allowed: str = "") -> Verification:
    """Every seal of every writer against the files, the seal before it, its row of audit and its signature.

    allowed: the file that lists who may sign; given, every seal must be signed by one of them. Reads only.
    """
    folder = open_folder(path)
    if allowed:
        from dispatchctl.store.signing import require_signers

        require_signers(allowed)
    faults = list(_find_strays(folder))
    rows = _read_rows(folder)
    found: list[Seal] = []
    texts: dict[str, bytes] = {}
    for month, writer in seals.list_seals(folder.path):
        name = name_seal(month, writer)
        try:
            texts[name] = seals.read_seal_text(folder.path, folder.label, name)
            seal = seals.read_seal(folder.path, folder.label, month, writer)
        except (BadData, FileNotFoundError) as error:
            faults.append(_fault(folder, name, "bad-seal", _strip(error, label_seal(folder.label, name)), error))
            continue
        if seal is not None:
            found.append(seal)
    digests = {name: seals.digest_bytes(data) for name, data in texts.items()}
    for seal in found:
        faults += _verify_files(folder, seal)
        faults += _verify_chain(folder, seal, found, digests)
        faults += _verify_row(folder, seal, rows, digests[seal.name])
    faults += _find_missing(folder, rows, texts)
    signed, signers, more = _verify_signatures(folder, texts, allowed)
    faults += more
    faults.sort(key=lambda fault: (fault.file, fault.code))
    return Verification(faults, len(found), sum(len(seal.files) for seal in found), signed, signers)


def _strip(error: Exception, place: str) -> str:
    return str(error).removeprefix(f"{place}: ") if isinstance(error, BadData) else "is gone"


def _fault(folder: Folder, name: str, code: str, message: str, error: Exception | None = None) -> Fault:
    hint = error.hint if isinstance(error, DispatchError) else ""
    return Fault(label_seal(folder.label, name), 0, 0, code, message, hint=hint)


def _verify_files(folder: Folder, seal: Seal) -> Iterator[Fault]:
    hint = "take it back from a backup"
    for file in seal.files:
        label = f"{folder.label}/{file.file}"
        try:
            size, digest = seals.measure_file(f"{folder.path}/{file.file}", label)
        except FileNotFoundError:
            yield Fault(label, 0, 0, "missing", f"is sealed ({seal.name}) and missing", hint=hint)
            continue
        except BadData as error:
            yield Fault(label, 0, 0, "not-a-file", _strip(error, label))
            continue
        if size != file.size:
            message = f"has {size} bytes and was sealed with {file.size} ({seal.name})"
            yield Fault(label, 0, 0, "changed-size", message, hint=hint)
        elif digest != file.sha256:
            yield Fault(label, 0, 0, "changed", f"is not what was sealed: its sha256 differs ({seal.name})", hint=hint)
    known = {file.file for file in seal.files}
    for own in list_own_files(folder, seal.writer, seal.month):
        if f"{own.register}/{own.name}.csv" not in known:
            message = f"is of a sealed month, and its seal does not know it ({seal.name})"
            yield Fault(own.label, 0, 0, "not-sealed", message)


def _verify_chain(folder: Folder, seal: Seal, found: list[Seal], digests: Mapping[str, str]) -> Iterator[Fault]:
    before = max((each.month for each in found if each.writer == seal.writer and each.month < seal.month), default="")
    expected = name_seal(before, seal.writer) if before else ""
    named, digest = seal.previous or ("", "")
    if named != expected:
        message = f"names {named or 'none'} as the seal before it, and that is {expected or 'none'}"
        yield _fault(folder, seal.name, "broken-seals", message)
    elif named and digests.get(named) != digest:
        yield _fault(folder, seal.name, "broken-seals", f"{named}, the seal before it, is not what it was")
    gap = sorted({file.month for file in list_own_files(folder, seal.writer) if before < file.month < seal.month})
    if gap:
        yield _fault(folder, seal.name, "unsealed-month", f"{gap[0]}, which comes before it, has files and no seal")


def _read_rows(folder: Folder) -> list[Row]:
    """The rows of audit that tell of seals, in the order they were recorded; what was taken back is still told of."""
    rows: list[Row] = []
    ends: dict[str, int] = {}
    for file in list_files(folder.path, folder.label, AUDIT):
        for read in iterate_file(file, None, ends.get(file.writer, 0)):
            rows += [row for _, _, row in read.rows if row.event == SEALED]
            ends[file.writer] = read.position.crc
    return sorted(rows, key=fold_key)


def _verify_row(folder: Folder, seal: Seal, rows: list[Row], digest: str) -> Iterator[Fault]:
    told = [row for row in rows if row.fields.get("subject") == seal.name]
    if not told:
        error = BadData("", hint=f"dispatchctl records seal --month {seal.month} records it")
        yield _fault(folder, seal.name, "unrecorded-seal", "no row of audit tells that it was made", error)
    elif all(row.fields.get("sha256") != digest for row in told):
        message = f"is not the seal that was made: audit has another sha256 ({told[0].ref})"
        yield _fault(folder, seal.name, "changed-seal", message)


def _find_missing(folder: Folder, rows: list[Row], texts: Mapping[str, bytes]) -> Iterator[Fault]:
    for row in rows:
        name = row.fields.get("subject", "")
        if name and name not in texts:
            error = BadData("", hint="take it back from a backup")
            yield _fault(folder, name, "missing-seal", f"was made ({row.ref}) and is missing", error)


def _find_strays(folder: Folder) -> Iterator[Fault]:
    known = {name_seal(month, writer) for month, writer in seals.list_seals(folder.path)}
    names = os.listdir(f"{folder.path}/{SEALS}") if os.path.isdir(f"{folder.path}/{SEALS}") else []
    for name in sorted(names):
        if name[0] == "." or is_temporary(name) or name in known or name.removesuffix(SIGNATURE) in known:
            continue
        yield _fault(folder, name, "stray", "is no seal: nothing here reads it")


def _verify_signatures(
    folder: Folder, texts: Mapping[str, bytes], allowed: str
) -> tuple[int, tuple[str, ...], list[Fault]]:
    from dispatchctl.store.signing import check_signature

    signed, signers, faults = 0, set[str](), []
    for name, data in texts.items():
        place = f"{folder.path}/{SEALS}/{name}{SIGNATURE}"
        if not os.path.lexists(place):
            if allowed:
                faults.append(_fault(folder, name, "unsigned", "is not signed"))
            continue
        if os.path.islink(place):
            faults.append(_fault(folder, name + SIGNATURE, "bad-signature", "is a link, not a file"))
            continue
        checked = check_signature(data, place, allowed)
        if checked.sound:
            signed += 1
            signers |= {checked.signer} - {""}
        else:
            faults.append(_fault(folder, name + SIGNATURE, "bad-signature", f"does not hold: {checked.message}"))
    return signed, tuple(sorted(signers)), faults
