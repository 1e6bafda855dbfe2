"""What can be worked out again: where the user may keep it, and whether what is found there may be believed.

Layer: below all rooms. Compiled rules and an index decide what is fined and who is late, so they are taken only from a
folder that is the user's own and that nobody else may write, and from files of the same kind. Where there is no such
folder nothing is kept, and everything is worked out in memory. A folder is always named by its whole path: what stands
in the present one is somebody's checkout.
"""

import os
import stat

OTHERS = (
    stat.S_IWGRP | stat.S_IWOTH
)  # who may write beside the owner; where there are access lists, these bits tell too


class Keeping:
    """Where things are kept: a folder, absolute; "" where nothing is, and then the reason.

    doubtful: there is a folder, but it is not taken: somebody has to look.
    """

    __slots__ = ("doubtful", "folder", "reason")

    def __init__(self, folder: str, reason: str = "", *, doubtful: bool = False) -> None:
        self.folder, self.reason, self.doubtful = folder, reason, doubtful


def base_folder(variable: str, default: str) -> str:
    """Of the XDG base directory specification: a relative path is invalid and ignored, as one that is not set."""
    base = os.environ.get(variable, "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home) or os.environ.get("HOME") == "":  # which would be taken for /
            return ""
        base = os.path.join(home, default)
    return os.path.join(base, "dispatchctl")


def cache_folder() -> str:
    """`$XDG_CACHE_HOME/dispatchctl`, by default below `~/.cache`; "" where there is no home. It may not be there."""
    return base_folder("XDG_CACHE_HOME", ".cache")


def find_base() -> Keeping:
    """The folder of everything that is kept, made if need be."""
    base = cache_folder()
    return _enter(base) if base else Keeping("", "there is no home folder, and XDG_CACHE_HOME names none")


def examine_cache(records: str) -> Keeping:
    """The folder for what follows from a records folder, made if need be.

    Named by its path, device and inode, so that a copy or a restored backup gets its own.
    """
    from zlib import crc32

    status = os.stat(records)
    name = f"{records}\0{status.st_dev}\0{status.st_ino}".encode(errors="surrogateescape")
    base = find_base()
    return _enter(os.path.join(base.folder, f"{crc32(name):08x}{crc32(name[::-1]):08x}")) if base.folder else base


def find_cache(records: str) -> str:
    """As examine_cache; "" where nothing may be kept."""
    return examine_cache(records).folder


def keep_folder(cache: str, name: str) -> str:
    """A folder below one that examine_cache gave, made if need be; "" where nothing may be kept."""
    return _enter(os.path.join(cache, name)).folder if cache else ""


def _enter(folder: str) -> Keeping:
    try:
        try:
            found = os.lstat(folder)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
            try:
                os.mkdir(folder, 0o700)
            except FileExistsError:
                pass
            found = os.lstat(folder)
        doubt = doubt_owner(found) if stat.S_ISDIR(found.st_mode) else "is a link or a file, not a folder"
        if doubt:
            return Keeping("", f"{folder}: {doubt}", doubtful=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            return Keeping("", f"{folder}: cannot be written")
    except OSError as error:
        return Keeping("", f"{folder}: cannot be made: {error.strerror}")
    return Keeping(folder)


def doubt_owner(found: os.stat_result) -> str:
    """Why somebody else may have written what has this status; "" where only the user can have."""
    if found.st_uid != os.geteuid():
        return f"belongs to somebody else (user {found.st_uid})"
    return "others may write there" if found.st_mode & OTHERS else ""


# --- files in it ------------------------------------------------------------------------------------------------------


def read_kept(folder: str, name: str, limit: int) -> bytes | None:
    """What was kept under a name, at most `limit` bytes of it; None where there is nothing, or it is not trusted.

    folder: "" is none.
    """
    if not folder:
        return None
    try:
        within = _open_folder(folder)
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=within)
        finally:
            os.close(within)
        with open(descriptor, "rb", buffering=0) as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or doubt_owner(found) or found.st_size > limit:
                return None
            return file.readall()
    except OSError:
        return None


def write_kept(folder: str, name: str, data: bytes) -> None:
    """Keep something under a name, in one step (0600); where that cannot be done it only costs time.

    folder: "" is none.
    """
    if not folder:
        return
    fresh = f"{name}.{os.getpid()}"
    try:
        within = _open_folder(folder)
        try:
            try:
                os.unlink(fresh, dir_fd=within)  # of a process that died
            except FileNotFoundError:
                pass
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with open(os.open(fresh, flags, 0o600, dir_fd=within), "wb") as file:
                file.write(data)
            os.replace(fresh, name, src_dir_fd=within, dst_dir_fd=within)
        finally:
            os.close(within)
    except OSError:
        return


def _open_folder(folder: str) -> int:
    """A descriptor of a folder that may be trusted now, whatever its path led to before; else OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    doubt = doubt_owner(os.fstat(descriptor))
    if doubt:
        os.close(descriptor)
        raise PermissionError(0, doubt, folder)
    return descriptor
