"""The compiled rules, cached beside the index: plain values by marshal, valid for exactly the texts they came from.

Layer: store. Its one job: spare the daily commands the reading of YAML. The file may be deleted at any time; a
damaged or foreign one is passed over.
"""

import marshal
import os
import stat
import sys
from typing import Any
from zlib import adler32, crc32

CACHE_NAME = "rules.marshal"
READ_LIMIT = 2 * 1024 * 1024 + 1  # bytes; compile_policy refuses what reaches it
WATCHED = ("policy", "policy/checks", "registers")  # packages whose code decides what the cache holds

Stamp = tuple[Any, ...]


def read_text(path: str, follow: bool = False) -> bytes:
    """The bytes of a regular file, at most READ_LIMIT of them; OSError otherwise. follow: through a symlink too."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file", path)
        parts = []
        left = READ_LIMIT
        while left > 0:
            part = os.read(descriptor, left)
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def make_stamp(texts: "list[tuple[str, bytes]]", draft: "tuple[str, bytes | None]") -> Stamp:
    """What a cached form must have been made of: (name, bytes) of each text and of the draft, the program's own code.

    A text counts by its length and two checksums: enough against accident and edits, and a tenth of hashlib's import.
    """
    marks = tuple(
        (name, None if text is None else (len(text), crc32(text), adler32(text))) for name, text in (*texts, draft)
    )
    return sys.version, _stamp_code(), marks


def _stamp_code() -> tuple[tuple[str, int, int], ...]:
    """The size and time of every module that decides the compiled form, so that no upgrade reads an old cache."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = []
    try:
        for part in WATCHED:
            with os.scandir(os.path.join(package, part)) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        info = entry.stat()
                        found.append((f"{part}/{entry.name}", info.st_size, info.st_mtime_ns))
    except OSError:
        return ()
    return tuple(sorted(found))


def read_cache(cache_dir: str | None, stamp: Stamp) -> Any:
    """The cached form, or None where there is none for this stamp; whatever is wrong with the file is the same."""
    if cache_dir is None:
        return None
    try:
        data = read_text(os.path.join(cache_dir, CACHE_NAME))
        if len(data) < 4 or crc32(data[4:]).to_bytes(4, "big") != data[:4]:
            return None
        cached_stamp, form = marshal.loads(data[4:])
        return form if cached_stamp == stamp else None
    except (OSError, ValueError, EOFError, TypeError):
        return None


def write_cache(cache_dir: str | None, stamp: Stamp, form: Any) -> None:
    """Replace the cache in one step; a folder that cannot be written only costs time."""
    if cache_dir is None:
        return
    path = os.path.join(cache_dir, CACHE_NAME)
    beside = f"{path}.{os.getpid()}"
    data = marshal.dumps((stamp, form))
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(crc32(data).to_bytes(4, "big") + data)
        os.replace(beside, path)
    except OSError:
        return
