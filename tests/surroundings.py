"""Where the project is, and an environment of a test's own: for fixtures and for tests that need them themselves."""

import os
import pwd
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
