"""The documents hold: their console blocks run as printed, every command is described, the reference is current.

A document says by a comment where its console blocks run, up to the next such comment:

    <!-- run: empty -->         or demo, or sample (tests/conftest.py); blocks before the first one are not run

In a ```console block, `$ dispatchctl ...` is run in that folder, `$ export NAME=VALUE` holds for what follows, and the
lines below a command are what it prints on both streams. `pytest --update` writes them anew.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from surroundings import ROOT
from transcripts import list_output, run_command

from dispatchctl.commands import COMMANDS, GROUPS

RUN = re.compile(r"<!-- run: (\w+) -->")
LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


class Command(NamedTuple):
    """One command of a document: the numbers of its first line, of its output's first line, and of the one after it."""

    text: str
    first: int
    out: int
    end: int


class Session(NamedTuple):
    """The commands that share a folder, from one comment to the next; `place` counts the sessions of a document."""

    path: Path
    fixture: str
    place: int
    commands: list[Command]


def list_documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def read_sessions(path: Path) -> Iterator[Session]:
    session: Session | None = None
    place = 0
    lines = path.read_text(encoding="utf-8").split("\n")
    number = 0
    while number < len(lines):
        comment = RUN.fullmatch(lines[number])
        if comment:
            if session:
                yield session
            place += 1
            session = Session(path, comment[1], place, [])
        elif lines[number] == "```console" and session:
            end = lines.index("```", number)
            session.commands.extend(read_commands(lines, number + 1, end))
            number = end
        number += 1
    if session:
        yield session


def read_commands(lines: list[str], start: int, end: int) -> Iterator[Command]:
    firsts = [number for number in range(start, end) if lines[number].startswith("$ ")]
    for first, following in zip(firsts, [*firsts[1:], end], strict=True):
        text, out = lines[first][2:], first + 1
        while text.endswith("\\"):
            text, out = text[:-1] + lines[out].strip(), out + 1
        yield Command(text, first, out, following)


def run_session(session: Session, folder: Path) -> Iterator[tuple[Command, list[str]]]:
    """Each command with what it prints now."""
    env: dict[str, str] = {}
    for command in session.commands:
        words = shlex.split(command.text)
        if words[0] == "export":
            env.update(word.split("=", 1) for word in words[1:])
            yield command, []
            continue
        result = run_command(command.text, env, folder)
        # a `#` begins no comment in a document, so that it stands there without the backslash of a transcript
        printed = [
            line[1:] if line.startswith("\\#") else line for line in list_output(result.out + result.err, folder)
        ]
        told = any(line.startswith("dispatchctl: ") for line in printed)
        assert (result.code == 0) != told, f"exit {result.code}: {command.text}\n{result.err}"
        yield command, printed


SESSIONS = [session for path in list_documents() for session in read_sessions(path)]


@pytest.mark.parametrize("session", SESSIONS, ids=lambda each: f"{each.path.name}-{each.place}")
def test_console_blocks_run_as_printed(
    session: Session, begin: Callable[[str], Path], request: pytest.FixtureRequest
) -> None:
    folder = begin(session.fixture).resolve()
    update = request.config.getoption("--update")
    lines = session.path.read_text(encoding="utf-8").split("\n")
    found = list(run_session(session, folder))
    if update:
        # The sessions above may have grown: the places are read anew, and written from the last to the first.
        fresh = list(read_sessions(session.path))[session.place - 1]
        for now, (_, printed) in reversed(list(zip(fresh.commands, found, strict=True))):
            blank = [""] if now.end > now.out and not lines[now.end - 1] else []
            lines[now.out : now.end] = printed + blank
        session.path.write_text("\n".join(lines), encoding="utf-8")
        return
    for command, printed in found:
        written = lines[command.out : command.end]
        while written and not written[-1]:
            written.pop()
        assert written == printed, f"{session.path.name}:{command.first + 1}: $ {command.text}"


def test_the_documents_that_must_run_do() -> None:
    assert {session.path.name for session in SESSIONS} >= {"README.md", "README.zh-CN.md", "tutorial.md"}


def test_every_command_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    names = [*COMMANDS, *(f"{group} {verb}" for group, (_, verbs) in GROUPS.items() for verb in verbs)]
    assert [name for name in names if f"\n### dispatchctl {name}\n" not in text] == []


def test_the_reference_is_current(monkeypatch: pytest.MonkeyPatch, isolated: Path) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    from make_reference import TARGET, write_reference

    assert TARGET.read_text(encoding="utf-8") == write_reference(), "run `make reference`"


@pytest.mark.parametrize("path", list_documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = [target for target, _ in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in target]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_index_names_every_page() -> None:
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page != "README.md" and f"]({page})" not in text] == []


@pytest.mark.parametrize("path", ["README.md", "README.zh-CN.md", "docs/tutorial.md"])
def test_commands_of_the_text_exist(path: str) -> None:
    """Whatever a document calls dispatchctl with is a command, also where it is not run."""
    text = (ROOT / path).read_text(encoding="utf-8")
    known = {*COMMANDS, *GROUPS}
    called = re.findall(r"^(?:\$ |    )dispatchctl (?:--[a-z-]+ \S+ )*([a-z-]+)", text, re.M)
    assert called
    assert [name for name in called if name not in known and not name.startswith("-")] == []
