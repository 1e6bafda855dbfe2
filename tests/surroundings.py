"""Where the project is, and an environment of a test's own: for fixtures and for tests that need them themselves."""

import marshal
import os
import pwd
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONG = bool(os.environ.get("DISPATCHCTL_TEST_LONG"))  # every point and many seeds, instead of a spread of them


def examples(count: int) -> int:
    """How many examples a property is tried with: `count`, and fifty times as many in the long form."""
    return count * 50 if LONG else count


def isolate_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """An environment with nothing of the person who runs the tests: own home, UTC, no terminal, no settings."""
    for name in list(os.environ):
        if name.startswith(("DISPATCHCTL_", "_DISPATCHCTL_", "LC_", "XDG_")):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    settings = {"HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", "COLUMNS": "100"}
    for name in ("cache", "config", "data", "state"):
        settings[f"XDG_{name.upper()}_HOME"] = str(home / f".{name}")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    entry = pwd.struct_passwd(("tester", "x", os.geteuid(), os.getegid(), "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry)


class Kept:
    """A folder as it was at one moment: taken up once by each process of the tests, and put down for many of them.

    The compiled rules go along, put where a command in the new place looks for them; the index does not, for it is of
    one folder only.
    """

    def __init__(self, folder: Path) -> None:
        self.paths: list[tuple[str, int, bytes | None]] = []  # (path, mode, content, None for a folder), parents first
        for path in sorted(folder.rglob("*")):
            content = path.read_bytes() if path.is_file() else None
            self.paths.append((str(path.relative_to(folder)), path.stat().st_mode & 0o7777, content))
        self.rules = b""
        if (found := find_rules(folder)).is_file():
            self.rules = found.read_bytes()

    def put(self, folder: Path) -> None:
        """Write all of it into a folder that is there and has none of it."""
        for name, mode, content in self.paths:
            path = folder / name
            if content is None:
                path.mkdir()
            else:
                path.write_bytes(content)
            path.chmod(mode)
        if self.rules:
            find_rules(folder).write_bytes(self.rules)


def find_rules(folder: Path) -> Path:
    """Where the compiled rules of the records in a folder are kept, in the environment of the moment."""
    from dispatchctl.cache import find_cache

    return Path(find_cache(os.path.realpath(folder / "records"))) / "rules.marshal"


_compiled: dict[Any, bytes] = {}  # the texts of rules -> their form


@contextmanager
def remember_rules() -> Iterator[None]:
    """Each text of the rules is compiled once: for many commands that must do without a cache."""
    from dispatchctl.desk import books

    assemble = books.assemble_rules

    def answer(texts: Sequence[Any], draft: tuple[str, bytes] | None, pages: Any) -> tuple[Any, list[Any]]:
        key = (*((text.label, text.date, text.place, text.text) for text in texts), draft)
        if key not in _compiled:
            form, faults = assemble(texts, draft, pages)
            if faults:
                return form, faults
            _compiled[key] = marshal.dumps(form)
        return marshal.loads(_compiled[key]), []

    with mock.patch.object(books, "assemble_rules", answer):
        yield
