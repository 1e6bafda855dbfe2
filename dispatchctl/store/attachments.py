"""Files kept with an event: copied to the private files under the name of their content. Store."""

import os

from dispatchctl.errors import NotFound, SystemFailed, UsageFault
from dispatchctl.store.files import FILE_MODE, make_directory, replace_file
from dispatchctl.store.folder import ATTACHED, PRIVATE, Folder
from dispatchctl.store.leftovers import remove_leftovers

LARGEST = 64 << 20  # bytes


def keep_file(folder: Folder, path: str, *, dry: bool = False) -> str:
    """Copy a file to `private/files/<sha256>.<ending>`; `<sha256> <name>`, what the row keeps of it.

    NotFound, UsageFault for what is no file or too large, SystemFailed where it cannot be kept.
    """
    import hashlib

    name = os.path.basename(path)
    try:
        if not os.path.isfile(path):
            raise (
                NotFound("no such file", place=path)
                if not os.path.exists(path)
                else UsageFault("is no file", place=path)
            )
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SystemFailed(f"cannot be read: {error.strerror}", place=path) from error
    if len(data) > LARGEST:
        raise UsageFault(f"is larger than {LARGEST >> 20} MiB", place=path)
    digest = hashlib.sha256(data).hexdigest()
    ending = os.path.splitext(name)[1].lower()
    kept = f"{folder.path}/{ATTACHED}/{digest}{ending if ending[1:].isalnum() else ''}"
    try:
        if not dry and (os.path.islink(kept) or not os.path.exists(kept)):
            for place in (f"{folder.path}/{PRIVATE}", f"{folder.path}/{ATTACHED}"):
                make_directory(place)
            remove_leftovers(f"{folder.path}/{ATTACHED}")
            replace_file(kept, data, FILE_MODE)
    except OSError as error:
        raise SystemFailed(f"cannot be kept: {error.strerror}", place=path) from error
    return f"{digest} {name}"
