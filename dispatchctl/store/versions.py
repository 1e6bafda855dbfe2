"""The rules' files: policies.yaml (the draft) and records/policies/ (what was published), and a cache of both.

Layer: store. Its one job: read and write those texts, and hand out what the policy's code, handed in,
makes of them; while the cache holds, that code is not called, and nothing of YAML is imported.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from dispatchctl.errors import Fault, OutcomeUnknown, SystemFailed
from dispatchctl.store.files import make_directory
from dispatchctl.store.leftovers import name_temporary
from dispatchctl.store.lock import confirm_lock
from dispatchctl.store.rules_cache import make_stamp, read_cache, read_text, write_cache

FOLDER = "policies"
FILE_MODE = 0o660


class VersionText(NamedTuple):
    """One version that counts, read. label, date: as of its file; place: how messages name it; text: its bytes."""

    label: str
    date: str
    place: str
    text: bytes


#: (the versions that count, by day; the draft's name and bytes, or None) -> (a form that marshal takes, its faults)
Assemble = Callable[[list[VersionText], tuple[str, bytes] | None], tuple[Any, list[Fault]]]


class VersionFile(NamedTuple):
    """One published file. date: the day it takes effect, YYYY-MM-DD; part: 1, or the N of `2026-01-01.N.yaml`."""

    date: str
    part: int
    name: str
    path: str

    @property
    def label(self) -> str:
        """The file's name without `.yaml`."""
        return self.name.removesuffix(".yaml")


def list_version_files(records_path: str) -> list[VersionFile]:
    """Every published file, by day and part; other names are passed over, a missing folder is an empty one."""
    folder = os.path.join(records_path, FOLDER)
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SystemFailed(str(error.strerror), place=_show(folder, records_path)) from error
    files = []
    for name in names:
        date, part = _split_name(name)
        if part:
            files.append(VersionFile(date, part, name, os.path.join(folder, name)))
    return sorted(files)


def _split_name(name: str) -> tuple[str, int]:
    """(`2026-01-01`, 1) of `2026-01-01.yaml`, (.., 2) of `2026-01-01.2.yaml`; part 0 for any other name."""
    date, *rest = name.split(".")
    digits = date.replace("-", "")
    dated = len(date) == 10 and date[4] == date[7] == "-" and len(digits) == 8 and _is_number(digits)
    if not dated or rest[-1:] != ["yaml"] or len(rest) > 2:
        return date, 0
    if len(rest) == 1:
        return date, 1
    part = int(rest[0]) if _is_number(rest[0]) else 0
    return date, part if part > 1 and str(part) == rest[0] else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def list_versions(records_path: str, only: "frozenset[str] | None" = None) -> list[VersionFile]:
    """The files that count, one a day, by day: its last part, or of those named in `only` its last part."""
    last = {file.date: file for file in list_version_files(records_path) if only is None or file.name in only}
    return list(last.values())


def write_version(records_path: str, date: str, text: bytes) -> VersionFile:
    """Publish a text for the day `date` (YYYY-MM-DD): a new file, the next part where the day has one, synced.

    Never overwrites. The caller holds the lock of the records, and has seen that the text compiles. Raises
    SystemFailed where the disk fails and nothing was published, OutcomeUnknown where the folder's sync failed.
    """
    folder = os.path.join(records_path, FOLDER)
    parts = [file.part for file in list_version_files(records_path) if file.date == date]
    part = max(parts, default=0) + 1
    name = f"{date}.yaml" if part == 1 else f"{date}.{part}.yaml"
    path = os.path.join(folder, name)
    confirm_lock(records_path)
    try:
        _make_folder(folder)
        write_new(path, text)
    except OSError as error:
        place = _show(str(error.filename or path), records_path)
        raise SystemFailed(f"cannot publish: {error.strerror}", place=place) from error
    try:
        _sync_folder(folder)
    except OSError as error:
        message = f"written, but the disk did not confirm it: {error.strerror}"
        raise OutcomeUnknown(message, place=_show(path, records_path)) from error
    return VersionFile(date, part, name, path)


def remove_version(file: VersionFile) -> None:
    """Take back a file that write_version made where nothing could be recorded of it; it never counted for long."""
    try:
        os.unlink(file.path)
        _sync_folder(os.path.dirname(file.path))
    except OSError:
        return  # left as it is: publishing the same text again finds it and records it


def _make_folder(folder: str) -> None:
    if make_directory(folder):
        _sync_folder(os.path.dirname(folder))


def write_new(path: str, text: bytes) -> None:
    """Write beside, sync, then link into place: a reader sees the whole file or none. OSError as it comes.

    FileExistsError where the name is taken. The folder is left to be synced.
    """
    beside = name_temporary(path)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.fchmod(descriptor, FILE_MODE)
            view = memoryview(text)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.link(beside, path)  # unlike a rename, it refuses a name that is taken
    finally:
        with suppress(OSError):  # it is in its place; what is left beside it the next writer removes
            os.unlink(beside)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_form(
    records_path: str,
    policies_path: str,
    cache_dir: str,
    assemble: Assemble,
    only: "frozenset[str] | None" = None,
) -> tuple[Any, list[Fault]]:
    """(what `assemble` makes of the rules' texts, the faults that keep them from being in force).

    assemble: `policy.rulebook.assemble_rules`; called only where the cache does not hold its answer for these texts.
    The form is None with faults, and where there is none of the files. only: names of the version files that had
    been published by some earlier time (for --as-of); its form wants a cache_dir of its own. cache_dir "": no
    cache; one that cannot be read or written is passed over.
    """
    try:
        texts = [
            VersionText(file.label, file.date, _show(file.path, records_path), read_text(file.path))
            for file in list_versions(records_path, only)
        ]
    except OSError as error:
        place = _show(str(error.filename or os.path.join(records_path, FOLDER)), records_path)
        return None, [Fault(place, 0, 0, "unreadable", f"cannot be read: {error.strerror}")]
    name = os.path.basename(policies_path)
    draft, draft_fault = _read_draft(policies_path, name)
    if draft is None and not texts:
        return None, [draft_fault] if draft_fault else []
    stamp = make_stamp([(text.place, text.text) for text in texts], (name, draft))
    form = read_cache(cache_dir, stamp)
    if form is None:
        form, faults = assemble(texts, None if draft is None else (name, draft))
        if faults:
            return None, faults
        write_cache(cache_dir, stamp, form)
    return form, []


def _show(path: str, records_path: str) -> str:
    """How messages name a file of the records: `records/policies/2026-01-01.yaml`."""
    return os.path.join(os.path.basename(os.path.abspath(records_path)), os.path.relpath(path, records_path))


def _read_draft(policies_path: str, name: str) -> tuple[bytes | None, Fault | None]:
    try:
        return read_text(policies_path, follow=True), None
    except FileNotFoundError:
        hint = "dispatchctl init writes one; --policies names another"
        return None, Fault(name, 0, 0, "missing", "there are no rules: the file is missing", hint=hint)
    except OSError as error:
        return None, Fault(name, 0, 0, "unreadable", f"cannot be read: {error.strerror}")
