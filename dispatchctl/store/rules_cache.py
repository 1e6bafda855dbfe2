"""The compiled rules, cached beside the index: plain values by marshal, valid for exactly the texts they came from.

Layer: store. Its one job: spare the daily commands the reading of YAML. The file may be deleted at any time; a
damaged or foreign one is passed over.
"""

import marshal
import os
import stat
import sys
from typing import Any
from zlib import crc32

from dispatchctl.cache import read_kept, write_kept

CACHE_NAME = "rules.marshal"
READ_LIMIT = 2 * 1024 * 1024 + 1  # bytes; compile_policy refuses what reaches it
CACHE_LIMIT = 256 * 1024 * 1024  # bytes; a version takes some 100 KB
WATCHED = ("policy", "policy/checks", "registers")  # packages whose code decides what the cache holds

Stamp = tuple[Any, ...]


def read_text(path: str, follow: bool = False) -> bytes:
    """The bytes of a regular file, at most READ_LIMIT of them; OSError otherwise. follow: through a symlink too."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if not follow and os.path.islink(path):
            raise OSError(error.errno, "it is a link", path) from None
        raise
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

    The texts themselves are kept and compared: nobody can make another one that passes for them, and it costs a tenth
    of the cheapest digest.
    """
    return sys.version, _stamp_code(), (*texts, draft)


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


def read_cache(cache_dir: str, stamp: Stamp) -> Any:
    """The cached form, or None where there is none for this stamp; whatever is wrong with the file is the same.

    Bytes that somebody else wrote could bring marshal down: they are not read (see cache.read_kept).
    """
    data = read_kept(cache_dir, CACHE_NAME, CACHE_LIMIT)
    if data is None or crc32(data[4:]).to_bytes(4, "big") != data[:4]:
        return None
    try:
        cached_stamp, form = marshal.loads(data[4:])
    except (ValueError, EOFError, TypeError):
        return None
    return form if cached_stamp == stamp else None


def write_cache(cache_dir: str, stamp: Stamp, form: Any) -> None:
    """Replace the cache in one step; a folder that cannot be written only costs time."""
    data = marshal.dumps((stamp, form))
    if len(data) + 4 <= CACHE_LIMIT:
        write_kept(cache_dir, CACHE_NAME, crc32(data).to_bytes(4, "big") + data)
