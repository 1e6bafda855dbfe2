"""The records folder: opening one, making one, and which writer this clone of it is.

Layer: store. Its one job is what stands beside the registers (`.writer`, `.demo`, `.lock`, `private/`), that no link
leads out of the folder, and that nobody is shut out of it.
"""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from dispatchctl.errors import BadData, Fault, NotFound, Refused, SystemFailed, UsageFault, explain_failure
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.store.files import (
    FILE_MODE,
    FOLDER_MODE,
    is_writer_code,
    list_files,
    make_directory,
    open_regular,
    read_bytes,
    replace_file,
)
from dispatchctl.store.leftovers import remove_leftovers

NOT_REGISTERS = ("policies", "seals", "private")
PRIVATE = "private"
CONTACTS = f"{PRIVATE}/contacts.csv"
ATTACHED = f"{PRIVATE}/files"
DEFAULT_WRITER = "main"

LINK = "link"  # the code of the fault of one
_OWN = (".lock", ".writer", ".demo")
_IGNORED = (".lock", ".writer", PRIVATE)  # no slash after it: git would not take a link of that name for ignored


class Folder(NamedTuple):
    """A records folder.

    label: how messages name it (its own name, `records`). writer: this clone's code, "" where it has none yet and may
    only read. demo: made by `init --demo`, where --now is the clock.
    """

    path: str
    label: str
    writer: str
    demo: bool


def open_folder(path: str) -> Folder:
    """The folder at path. NotFound where there is none; BadData where its `.writer` names no writer, and as
    refuse_links.
    """
    path = os.path.abspath(path)
    label = os.path.basename(path) or "records"
    if not os.path.isdir(path):
        raise NotFound("there is no such folder of records", place=path, hint="dispatchctl init makes one")
    refuse_links(path, label)
    return Folder(path, label, read_writer(path), os.path.exists(f"{path}/.demo"))


def refuse_links(path: str, label: str, pages: Pages = SHIPPED) -> None:
    """BadData naming each part of a records folder that is a link, where something would be read or written by it.

    Whoever commits to the folder could send what is written to a place of his choosing by one: private/ to where git
    tracks it. Asked where a folder is opened and each time its lock is taken; of the files themselves open_regular asks
    it. So a link that comes while a command holds the lock is not seen: for whoever can aim at that, who writes in this
    folder at this machine, the modes of the files are the wall. The records folder itself may be a link.
    """
    try:
        with os.scandir(path) as entries:
            parts = (*NOT_REGISTERS, *pages.names, *_OWN) if any(entry.is_symlink() for entry in entries) else ()
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=label) from error
    # asked by the name, not found among the names: a disk may take `Private` for `private`
    names = [name for name in (*parts, ATTACHED) if os.path.islink(f"{path}/{name}")]
    if names:
        faults = tuple(_explain_link(label, name) for name in names)
        raise BadData("\n".join(map(str, faults)), hint=faults[0].hint, faults=faults)


def _explain_link(label: str, name: str) -> Fault:
    hint = "take the link away; what it led to has to stand here itself, or be mounted here"
    return Fault(f"{label}/{name}", 0, 0, LINK, "is a link: nothing is read or written through one", hint=hint)


def find_links(path: str, label: str) -> list[Fault]:
    """Every link below a records folder, whatever its name; hidden ones that are nothing of the program's apart."""
    found = []
    for folder, folders, files in os.walk(path):
        above = os.path.relpath(folder, path)
        for name in (*folders, *files):
            if (name[0] != "." or name in _OWN) and os.path.islink(f"{folder}/{name}"):
                found.append(name if above == "." else f"{above}/{name}")
        folders[:] = [name for name in folders if name[0] != "."]
    return [_explain_link(label, name) for name in sorted(found)]


def find_odd(path: str, label: str) -> list[Fault]:
    """What stands for `.lock`, `.writer` or `.demo` and is no plain file, so that nothing can be recorded."""
    there = [name for name in _OWN if os.path.exists(f"{path}/{name}") and not os.path.islink(f"{path}/{name}")]
    hints = {".lock": "take it away: the next writer makes it again"}
    return [
        Fault(f"{label}/{name}", 0, 0, "no-file", "is not a regular file", hint=hints.get(name, "take it away"))
        for name in there
        if not os.path.isfile(f"{path}/{name}")
    ]


def read_writer(path: str) -> str:
    """The writer's code that the records folder holds, "" where it has none; BadData for anything else."""
    label = f"{os.path.basename(path)}/.writer"
    try:
        with open_regular(f"{path}/.writer", label) as descriptor:
            code = read_bytes(descriptor, 0, 64, label).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    if not is_writer_code(code):
        raise BadData(f"{code[:20]!r} is not a writer's code", place=label, hint="dispatchctl records writer CODE")
    return code


def find_shut(path: str, names: Iterable[str]) -> list[str]:
    """Those of some names below a records folder that only their owner can use, as a killed command left them.

    Earlier releases made a folder for its owner alone, or a file as the umask said, and set the mode afterwards; a kill
    between the two shuts everybody else out, since every command reads every register. What is certainly that, and
    nobody's wish: a folder of mode 0700, or an empty file that the group cannot read and write, in a records folder
    that lets its group in. Any other mode may be meant, and so is one of private/, which others need not enter.
    """
    found = []
    for name in names:
        try:
            status = os.stat(f"{path}/{name}", follow_symlinks=False)
        except OSError:
            continue
        is_folder = stat.S_ISDIR(status.st_mode) and status.st_mode & 0o777 == 0o700
        is_file = stat.S_ISREG(status.st_mode) and status.st_size == 0 and status.st_mode & 0o060 != 0o060
        if is_folder or is_file:
            found.append(name)
    return found if found and os.stat(path).st_mode & 0o050 == 0o050 else []


def list_shut(path: str) -> list[str]:
    """All that find_shut finds in a records folder."""
    names = [".lock", CONTACTS, SEALS]
    for register in list_register_folders(path):
        names.append(register)
        with suppress(SystemFailed):  # it is shut itself
            names += [f"{register}/{file.name}.csv" for file in list_files(path, "", register)]
    return find_shut(path, names)


def open_shut(folder: Folder, names: Iterable[str]) -> list[str]:
    """Give those of some names that find_shut finds, and that are this user's own, the mode they should have; which."""
    opened = []
    for name in find_shut(folder.path, names):
        with suppress(OSError):  # somebody else's: doctor tells whose
            descriptor = os.open(f"{folder.path}/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
                os.fchmod(descriptor, FOLDER_MODE if is_folder else FILE_MODE)
            finally:
                os.close(descriptor)
            opened.append(name)
    return opened


NO_WRITER = "no writer is set here, so it can only be read"


def find_obstacle(folder: Folder, register: str) -> str:
    """Why no row of a register can be written here at all, whoever asks; "" where one can.

    A clone without a writer, or a folder that belongs to somebody else or lies on a disk that can only be read.
    """
    if not folder.writer:
        return NO_WRITER
    for path in (folder.path, f"{folder.path}/{register}", f"{folder.path}/.lock"):
        if os.path.lexists(path) and not os.access(path, os.W_OK):
            return f"{folder.label}{path.removeprefix(folder.path)} cannot be written"
    return ""


def require_writer(folder: Folder) -> str:
    """The writer's code; Refused where this folder may only be read."""
    if not folder.writer:
        raise Refused(
            NO_WRITER,
            place=folder.label,
            hint="give this clone a code of its own: dispatchctl records writer CODE",
        )
    return folder.writer


SEALS = "seals"  # where closed months are kept


def has_seals(path: str) -> bool:
    """Whether any month of a records folder may have been sealed."""
    return os.path.isdir(f"{path}/{SEALS}")


def list_register_folders(path: str) -> list[str]:
    """The names of the folders in a records folder that hold registers, known to this version or not, sorted."""
    try:
        with os.scandir(path) as entries:
            return sorted(
                entry.name
                for entry in entries
                if entry.name not in NOT_REGISTERS and entry.name[0] != "." and entry.is_dir(follow_symlinks=False)
            )
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=os.path.basename(path)) from error


def list_writers(path: str) -> list[str]:
    """The codes that have files in any register of a records folder, sorted."""
    label = os.path.basename(path)
    files = (file for register in list_register_folders(path) for file in list_files(path, label, register))
    return sorted({file.writer for file in files})


def check_claim(folder: Folder, code: str, take_over: bool = False) -> None:
    """Raise what claim_writer would refuse: UsageFault for what is no code; Refused for one that has files here."""
    if not is_writer_code(code):
        allowed = "1 to 8 capitals or digits, first a letter, or `main`"
        raise UsageFault(f"{code[:20]!r} is not a writer's code ({allowed})", place="CODE")
    if code != folder.writer and not take_over and code in list_writers(folder.path):
        raise Refused(
            f"the writer {code} already has files here; its own clone may still be writing",
            place=folder.label,
            hint="another code, or --take-over --reason T if that clone is gone for good",
        )


def claim_writer(folder: Folder, code: str, take_over: bool = False) -> Folder:
    """Make this clone the writer `code`, durably; the caller holds the lock. The folder with its new writer.

    UsageFault for what is no code; Refused where the code already has files here and take_over is not set, since
    another clone may still be writing them. The code that is already set is no change.
    """
    check_claim(folder, code, take_over)
    if code == folder.writer:
        return folder
    remove_leftovers(folder.path)
    _replace(f"{folder.path}/.writer", f"{code}\n".encode(), f"{folder.label}/.writer")
    return folder._replace(writer=code)


def make_folder(path: str) -> list[str]:
    """Make a records folder with what stands in it, and `.gitignore` and `.gitattributes` beside it.

    What is there is kept; an existing .gitignore or .gitattributes gets the lines it lacks, so that private files
    cannot slip into a commit. The paths of what was made or changed, in order. Refused where the folder has rows,
    BadData as refuse_links. Durable when it returns; NotFound or UsageFault where the path can be no folder's,
    SystemFailed where something cannot be made.
    """
    path = os.path.abspath(path)
    label = os.path.basename(path)
    if os.path.isdir(path):
        refuse_links(path, label)
        refuse_rows(path)
    made = []
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        made += [each for each in (path, f"{path}/{PRIVATE}") if make_directory(each)]
    except OSError as error:
        raise explain_failure(error, error.filename or label, "cannot be made: ") from error
    for name, data in ((".lock", b""), (".writer", f"{DEFAULT_WRITER}\n".encode())):
        if not os.path.lexists(f"{path}/{name}"):
            _replace(f"{path}/{name}", data, f"{label}/{name}")
            made.append(f"{path}/{name}")
    beside = os.path.dirname(path)
    # -text: git must not touch the ends of lines, nor merge two versions of a file line by line
    wanted = {".gitignore": [f"/{label}/{name}" for name in _IGNORED], ".gitattributes": [f"/{label}/** -text -merge"]}
    for name, lines in wanted.items():
        if _add_lines(f"{beside}/{name}", lines):
            made.append(f"{beside}/{name}")
    return made


def refuse_rows(path: str) -> None:
    """Refused where a records folder has rows."""
    if list_writers(path):
        raise Refused("has rows already", place=os.path.basename(path), hint="dispatchctl doctor tells what is there")


def mark_demo(path: str, demo: bool) -> list[str]:
    """Make a folder without rows one of init --demo, or none any more; the caller holds the lock. What was made.

    Refused where somebody has entered rows meanwhile.
    """
    refuse_rows(path)
    mark = f"{path}/.demo"
    if demo == os.path.lexists(mark):
        return []
    if demo:
        _replace(mark, b"", f"{os.path.basename(path)}/.demo")
        return [mark]
    try:
        os.unlink(mark)  # of an init --demo that ended before it had a row
    except OSError as error:
        raise SystemFailed(f"cannot be removed: {error.strerror}", place=mark) from error
    return []


def _add_lines(path: str, lines: list[str]) -> bool:
    """Add the lines that a file lacks; False where it has them all."""
    name = os.path.basename(path)
    try:
        with open_regular(path, name) as descriptor:
            data = read_bytes(descriptor, 0, 1 << 20, name)
    except FileNotFoundError:
        data = b""
    missing = [line for line in lines if line.encode() not in data.split(b"\n")]
    if not missing:
        return False
    if data and not data.endswith(b"\n"):
        data += b"\n"
    _replace(path, data + "".join(f"{line}\n" for line in missing).encode(), name, 0o644)
    return True


def _replace(path: str, data: bytes, label: str, mode: int = FILE_MODE) -> None:
    try:
        replace_file(path, data, mode)
    except OSError as error:
        raise SystemFailed(f"cannot be written: {error.strerror}", place=label) from error
