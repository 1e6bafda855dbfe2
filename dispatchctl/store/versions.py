"""The rules' files: policies.yaml (the draft) and records/policies/ (what was published), and a cache of both.

Layer: store. Its one job: read and write those texts, and hand out the rulebook made of them; while the cache
holds, nothing of YAML is imported.
"""

import os
from typing import Any, NamedTuple

from dispatchctl.errors import Fault, OutcomeUnknown, Refused, SystemFailed
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.store.rules_cache import make_stamp, read_cache, read_text, write_cache

FOLDER = "policies"
FILE_MODE = 0o660
FOLDER_MODE = 0o2770


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
    try:
        _make_folder(folder)
        _write_new(path, text)
    except OSError as error:
        place = _show(str(error.filename or path), records_path)
        raise SystemFailed(f"cannot publish: {error.strerror}", place=place) from error
    try:
        _sync_folder(folder)
    except OSError as error:
        message = f"written, but the disk did not confirm it: {error.strerror}"
        raise OutcomeUnknown(message, place=_show(path, records_path)) from error
    return VersionFile(date, part, name, path)


def _make_folder(folder: str) -> None:
    try:
        os.mkdir(folder)
    except FileExistsError:
        return
    os.chmod(folder, FOLDER_MODE)
    _sync_folder(os.path.dirname(folder))


def _write_new(path: str, text: bytes) -> None:
    """Write beside, sync, then link into place: a reader sees the whole version or none."""
    beside = f"{path}.{os.getpid()}.tmp"
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
        os.unlink(beside)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_rulebook(
    records_path: str, policies_path: str, cache_dir: str | None, only: "frozenset[str] | None" = None
) -> tuple[Rulebook, list[Fault]]:
    """(the rules in force, the faults that keep them from being so).

    The published versions judge; while none is published, the draft at policies_path. A faulty draft is no fault
    here while a version is published. With faults the rulebook has no versions, and the caller raises
    BadData.of(faults). only: names of the version files that had been published by some earlier time (for --as-of);
    such a rulebook is not cached. cache_dir None: no cache; one that cannot be read or written is passed over.
    """
    try:
        files = list_versions(records_path, only)
        texts = [(file, read_text(file.path)) for file in files]
    except OSError as error:
        place = _show(str(error.filename or os.path.join(records_path, FOLDER)), records_path)
        return _no_rules(), [Fault(place, 0, 0, "unreadable", f"cannot be read: {error.strerror}")]
    draft, draft_fault = _read_draft(policies_path)
    if draft is None and not texts:
        return _no_rules(), [draft_fault] if draft_fault else []
    cached = cache_dir if only is None else None
    marks = [(file.name, text) for file, text in texts]
    if draft is not None:
        marks.append(("", draft))
    stamp = make_stamp(marks)
    form = read_cache(cached, stamp)
    if form is None:
        form, faults = _compile_all(texts, draft, records_path, policies_path)
        if faults:
            return _no_rules(), faults
        write_cache(cached, stamp, form)
    versions, days, fingerprint, differs = form
    book = Rulebook(
        [Version(*version) for version in versions], days, fingerprint, draft_only=not texts, draft_differs=differs
    )
    return book, []


def _no_rules() -> Rulebook:
    return Rulebook([], {"off": {}, "working": {}, "through": 0}, "")


def _show(path: str, records_path: str) -> str:
    """How messages name a file of the records: `records/policies/2026-01-01.yaml`."""
    return os.path.join(os.path.basename(os.path.abspath(records_path)), os.path.relpath(path, records_path))


def _read_draft(policies_path: str) -> tuple[bytes | None, Fault | None]:
    name = os.path.basename(policies_path)
    try:
        return read_text(policies_path, follow=True), None
    except FileNotFoundError:
        hint = "dispatchctl init writes one; --policies names another"
        return None, Fault(name, 0, 0, "missing", "there are no rules: the file is missing", hint=hint)
    except OSError as error:
        return None, Fault(name, 0, 0, "unreadable", f"cannot be read: {error.strerror}")


def _compile_all(
    texts: "list[tuple[VersionFile, bytes]]", draft: bytes | None, records_path: str, policies_path: str
) -> tuple[Any, list[Fault]]:
    """((versions, days, fingerprint, whether the draft differs), faults) from the texts."""
    from dispatchctl.policy.compiling import compile_policy
    from dispatchctl.policy.publishing import draft_differs

    if not texts:
        assert draft is not None
        name = os.path.basename(policies_path)
        policy, faults = compile_policy(draft, name)
        if policy is None:
            return None, faults
        try:
            days = _resolve(policy)
        except Refused as error:
            return None, [Fault(name, 0, 0, "no-holidays", str(error), hint=error.hint)]
        versions = [(policy["effective_from"], _find_start(policy), policy)]
        return (versions, days, _fingerprint(versions, days), False), []
    versions, faults = [], []
    for file, text in texts:
        place = _show(file.path, records_path)
        policy, found = compile_policy(text, place, published=True)
        faults += found
        if policy is None:
            continue
        if policy["effective_from"] != file.date:
            message = f"takes effect on {policy['effective_from']}, which is not the day in its name"
            faults.append(Fault(place, 0, 0, "wrong-name", message, file.date))
        if policy["days"] is None:
            faults.append(Fault(place, 0, 0, "no-days", "has no days: it was not written by policy publish"))
        versions.append((file.label, _find_start(policy), policy))
    if faults:
        return None, faults
    days = versions[-1][2]["days"]
    for _, _, policy in versions:
        policy["days"] = None  # only the newest one's count, and each holds twenty years of them
    differs = draft is not None and draft_differs(draft, texts[-1][1])
    return (versions, days, _fingerprint(versions, days), differs), []


def _resolve(policy: dict[str, Any]) -> dict[str, Any]:
    from dispatchctl.policy.days import resolve_days

    calendar = policy["calendar"]
    return resolve_days(calendar["country"], calendar["published_through"], calendar["closed"], calendar["open"])


def _find_start(policy: dict[str, Any]) -> int:
    """Seconds since 1970 UTC of 00:00 of the day it takes effect, in its own timezone."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    midnight = datetime.fromisoformat(policy["effective_from"]).replace(tzinfo=ZoneInfo(policy["timezone"]))
    return int(midnight.timestamp())


def _fingerprint(versions: "list[tuple[str, int, dict[str, Any]]]", days: dict[str, Any]) -> str:
    """A digest of what judges: everything but the clauses' texts."""
    import hashlib
    import json

    judging = [(label, start, {**policy, "clauses": None}) for label, start, policy in versions]
    text = json.dumps([judging, days], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
