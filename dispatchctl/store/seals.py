"""Seals: which files one writer's month consisted of, to the byte, each seal naming the one before it.

Layer: store. Its one job is the files of `seals/`: their text, writing one that is never changed again, and comparing
the records with what they say. A seal is YAML whose values are JSON, so that it is read without a YAML reader, and
read strictly: what it does not say in just this form it does not say.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl import sizes
from dispatchctl.errors import BadData, OutcomeUnknown, SystemFailed
from dispatchctl.store.files import make_directory, open_regular, parse_file_name, read_bytes, read_size, sync_folder
from dispatchctl.store.folder import SEALS
from dispatchctl.store.lock import confirm_lock

ENDING = ".yaml"
SIGNATURE = ".sig"
LIMIT = 4 << 20  # bytes of a seal


class SealedFile(NamedTuple):
    """One record file as it was sealed. file: `orders/2026-10.main.csv`; size in bytes; sha256: 64 hex digits."""

    file: str
    size: int
    sha256: str


class Seal(NamedTuple):
    """What a seal says. sealed_at: microseconds since 1970 UTC. previous: (file, sha256) of the seal before it."""

    month: str
    writer: str
    sealed_at: int
    by: str
    previous: tuple[str, str] | None
    files: tuple[SealedFile, ...]

    @property
    def name(self) -> str:
        """The seal's own file, `2026-10.main.yaml`."""
        return name_seal(self.month, self.writer)


def name_seal(month: str, writer: str) -> str:
    """The file name of the seal of a month (YYYY-MM) and writer."""
    return f"{month}.{writer}{ENDING}"


def list_seals(path: str) -> list[tuple[str, str]]:
    """(month, writer) of every seal in a records folder, sorted; what has another name is passed over."""
    try:
        names = os.listdir(f"{path}/{SEALS}")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=SEALS) from error
    return sorted(found for name in names if (found := _split_name(name)))


def _split_name(name: str) -> tuple[str, str] | None:
    parsed = parse_file_name(f"{name.removesuffix(ENDING)}.csv") if name.endswith(ENDING) else None
    return (parsed[0], parsed[1]) if parsed is not None and parsed[2] == 1 else None


def find_newest(path: str, writer: str) -> str:
    """The newest month (YYYY-MM) that the writer has sealed, "" where there is none. Costs one look at a folder."""
    return max((month for month, each in list_seals(path) if each == writer), default="")


def digest_bytes(data: bytes) -> str:
    """The sha256 as 64 hex digits."""
    from hashlib import sha256

    return sha256(data).hexdigest()


def measure_file(path: str, label: str, *, sync: bool = False) -> tuple[int, str]:
    """(size in bytes, sha256) of a record file; sync: see first that it is on the disk. FileNotFoundError passes."""
    from hashlib import sha256

    digest, size = sha256(), 0
    with open_regular(path, label) as descriptor:
        end = read_size(descriptor, label)
        if sync:
            try:
                os.fsync(descriptor)
            except OSError as error:
                raise SystemFailed(f"cannot be synced: {error.strerror}", place=label) from error
        while size < end:
            piece = read_bytes(descriptor, size, min(size + sizes.BYTES_HASHED, end), label)
            if not piece:
                break
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


# --- the text -----------------------------------------------------------------------------------------------------


def render_seal(seal: Seal, sealed_text: str) -> bytes:
    """The seal's text. sealed_text: `sealed_at` in ISO 8601 with microseconds and offset."""
    from json import dumps

    def say(value: Any) -> str:
        return dumps(value, ensure_ascii=False)

    previous = dict(zip(("file", "sha256"), seal.previous, strict=True)) if seal.previous else None
    lines = [
        f"month: {say(seal.month)}",
        f"writer: {say(seal.writer)}",
        f"sealed_at: {say(sealed_text)}",
        f"by: {say(seal.by)}",
        f"previous: {say(previous)}",
        "files:",
        *(f"  - {say(file._asdict())}" for file in seal.files),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def parse_seal(data: bytes, place: str) -> Seal:
    """What a seal's text says; BadData naming the place where it is not one, or has been changed out of its form."""
    from json import loads

    from dispatchctl.store.chain import count_microseconds

    try:
        lines = data.decode().split("\n")
        if lines.pop() != "":
            raise ValueError("its last line has no end")
        head: dict[str, Any] = {}
        for wanted in ("month", "writer", "sealed_at", "by", "previous", "files"):
            name, colon, text = lines.pop(0).partition(":")
            if name != wanted or not colon:
                raise ValueError(f"{wanted} is missing")
            head[wanted] = loads(text) if text.strip() else None
        files = [SealedFile(**_read_map(loads(line.removeprefix("  - ")), SealedFile._fields)) for line in lines]
        previous = head["previous"]
        if previous is not None:
            named = _read_map(previous, ("file", "sha256"))
            previous = (str(named["file"]), str(named["sha256"]))
        sealed_at = count_microseconds(head["sealed_at"])
        return Seal(head["month"], head["writer"], sealed_at, head["by"], previous, tuple(files))
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        hint = "take it back from a backup"
        raise BadData(f"is not a seal as records seal writes it: {error}", place=place, hint=hint) from None


def _read_map(value: Any, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise ValueError(f"{', '.join(keys)} are wanted")
    return value


def label_seal(label: str, name: str) -> str:
    """How messages name a seal: `records/seals/2026-10.main.yaml`. label: the records folder's."""
    return f"{label}/{SEALS}/{name}"


def read_seal_text(path: str, label: str, name: str) -> bytes:
    """The bytes of a seal, or of its signature; FileNotFoundError passes, BadData for what is no plain file."""
    place = label_seal(label, name)
    with open_regular(f"{path}/{SEALS}/{name}", place) as descriptor:
        return read_bytes(descriptor, 0, LIMIT, place)


def read_seal(path: str, label: str, month: str, writer: str) -> Seal | None:
    """A seal as it stands; None where the month of that writer has none. BadData for one that cannot be read."""
    name = name_seal(month, writer)
    try:
        data = read_seal_text(path, label, name)
    except FileNotFoundError:
        return None
    seal = parse_seal(data, label_seal(label, name))
    if (seal.month, seal.writer) != (month, writer):
        raise BadData("is the seal of another month or writer than its name says", place=label_seal(label, name))
    return seal


# --- writing ------------------------------------------------------------------------------------------------------


def write_seal(path: str, label: str, name: str, data: bytes) -> None:
    """Write a seal or its signature as a new file, durably; the caller holds the lock.

    Never overwrites: SystemFailed where the name is taken, or the disk fails and nothing was written; OutcomeUnknown
    where only the folder's sync failed.
    """
    from dispatchctl.store.versions import write_new

    folder, place = f"{path}/{SEALS}", label_seal(label, name)
    confirm_lock(path)
    try:
        if make_directory(folder):
            sync_folder(path)
        write_new(f"{folder}/{name}", data)
    except OSError as error:
        raise SystemFailed(f"cannot be written: {error.strerror}", place=place) from error
    try:
        sync_folder(folder)
    except OSError as error:
        raise OutcomeUnknown(f"written, but the disk did not confirm it: {error.strerror}", place=place) from error


def remove_seal(path: str, name: str) -> None:
    """Take back a seal of which nothing could be recorded; it never counted for long."""
    try:
        os.unlink(f"{path}/{SEALS}/{name}")
        sync_folder(f"{path}/{SEALS}")
    except OSError:
        return  # left as it is: sealing the month again finds it and records it
