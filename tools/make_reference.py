"""Write docs/reference.md: every command as its own --help tells it, and the topics of `help`. Tool.

    python tools/make_reference.py

`make reference` runs it; a test compares the file with what this would write now.
"""

import contextlib
import io
import os
import sys
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

TARGET = ROOT / "docs" / "reference.md"
WIDTH = "100"
HEAD = """\
# Reference

Written by `make reference` from what the program says of itself; edit the commands, not this page. The global options
are listed once, under [the program](#dispatchctl), and may stand before or after any command.
"""


def read_help(*words: str) -> str:
    """What the program prints for these words, at a fixed width."""
    from dispatchctl.cli import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out), mock.patch.dict(os.environ, {"COLUMNS": WIDTH}):
        code = main(list(words))
    if code:
        sys.exit(f"dispatchctl {' '.join(words)}: exit {code}")
    return out.getvalue().rstrip("\n")


def write_entry(level: int, *words: str) -> str:
    """The heading and help of one command."""
    return f"\n{'#' * level} {' '.join(('dispatchctl', *words))}\n\n```text\n{read_help(*words, '--help')}\n```\n"


def write_reference() -> str:
    """The whole page."""
    from dispatchctl.commands import GROUPS, SECTIONS
    from dispatchctl.commands.help import TOPICS

    parts = [HEAD, write_entry(2)]
    for title, lines in SECTIONS.items():
        parts.append(f"\n## {title}\n")
        parts += [write_entry(3, name) for name in lines]
    for group, (about, verbs) in GROUPS.items():
        parts.append(f"\n## Group: {group}\n\n{about}\n")
        parts += [write_entry(3, group, verb) for verb in verbs]
    parts.append("\n## Topics\n")
    parts += [f"\n### dispatchctl help {topic}\n\n```text\n{read_help('help', topic)}\n```\n" for topic in TOPICS]
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(write_reference(), encoding="utf-8")
    print(TARGET)
