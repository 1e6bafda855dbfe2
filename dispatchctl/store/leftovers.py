"""Temporary files below a records folder: their names, and what a writer that was killed left of them. Store.

What is put in its place in one step is first written beside it. The names are random, since a process's number comes
again, in a container with every start. Readers pass over what has such a name, and the next writer removes it.
"""

import os
from contextlib import suppress

ENDING = ".tmp"
MARK = 16  # hex digits
OLD = ".new"  # what releases before this form wrote beside a file that was put in another's place


def name_temporary(path: str) -> str:
    """A name beside a file for what is to take its place, another one each time."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{os.urandom(MARK // 2).hex()}{ENDING}")


def is_temporary(name: str) -> bool:
    """Whether a file name below a records folder is one of name_temporary, or of the forms that older releases had."""
    if name.endswith(OLD):
        return _is_replaced(name.removesuffix(OLD))
    target, dot, mark = name.removesuffix(ENDING).rpartition(".")
    if not name.endswith(ENDING) or not dot:
        return False
    if name[0] == ".":
        return len(mark) == MARK and set(mark) <= set("0123456789abcdef")
    return mark.isdigit() and target.removesuffix(".sig").endswith(".yaml")  # of a version or a seal: NAME.PID.tmp


def _is_replaced(target: str) -> bool:
    """Whether it is the name of what older releases put in a file's place: not so of a kept file that ends in .new."""
    first, dot, _ = target.partition(".")
    month = len(first) == 7 and first[4] == "-" and target.endswith(".csv")
    kept = len(first) == 64 and bool(dot)
    adopted = not first and ".csv.old" in target
    return target in (".writer", ".lock", ".demo", "contacts.csv") or month or kept or adopted


def remove_leftovers(folder: str) -> None:
    """Remove the temporary files in a folder of the records; the caller holds the lock, so that nobody is at work on
    one. What cannot be removed harms nobody.
    """
    with suppress(OSError):
        for name in os.listdir(folder):
            if is_temporary(name):
                os.unlink(f"{folder}/{name}")
