"""Thresholds as small as 1, 2, 3 and 7, set in this process and so in those that it forks; the program is not told."""

from pathlib import Path
from typing import Any

import pytest
from office import Office

from dispatchctl import sizes

SIZES = (1, 2, 3, 7)
NAMES = [name for name in vars(sizes) if name.isupper()]
DEFAULTS = {name: getattr(sizes, name) for name in NAMES}


def set_sizes(patch: pytest.MonkeyPatch, size: int) -> int:
    """Every threshold is this small until the patch is undone; the size."""
    for name in NAMES:
        patch.setattr(sizes, name, size)
    return size


def with_default_sizes(office: Office, *argv: str) -> str:
    """What a command prints with the thresholds that the package has."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in DEFAULTS.items():
            patch.setattr(sizes, name, value)
        return str(office(*argv, code=None).out)


def count_rows(*folders: Path) -> int:
    """The whole lines of all record files below these folders, headers apart."""
    files: list[Any] = [each for folder in folders for each in folder.glob("*/*.csv") if each.parent.name != "private"]
    return sum(max(0, each.read_bytes().count(b"\n") - 1) for each in files)
