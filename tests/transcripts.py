"""Transcripts: files of commands with what each must print, run in process against a folder of their own.

A file `tests/transcripts/NAME.test` is read line by line:

    # a comment
    @ demo                              the folder to begin with: empty (default), demo or sample
    @ env DISPATCHCTL_AS=lin            set for all commands that follow
    $ dispatchctl show 7 --format json  a command: dispatchctl or cat, in the words of a shell
    ...                                 what it prints on stdout, exactly
    2> no such case: 7                  what it prints on stderr; 2> ~PATTERN is a regular expression for the line
    ? 3                                 its exit code, where it is not 0

A line of output that would be read as one of these, and an empty one at the end, is written with a backslash before
it. The path of the test's folder is printed as $DIR. A command may begin with NAME=VALUE and end with any of
`<<< TEXT` (a line of standard input, repeated for more), `< FILE`, `> FILE`, `>> FILE`. `pytest --update` writes the
outputs as they are now; the patterns that still match stay.
"""

import contextlib
import gc
import io
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest import mock

MARKS = re.compile(r"\\|# |#$|@ |\$ |2>|\? ")
LEFT_OPEN = (75, 130)  # after these the index is open until the process ends, or this one collects its garbage
NO_NEWLINE = "\\no newline at the end"


class Result(NamedTuple):
    """What a command line did: its exit code and the text of both streams."""

    code: int
    out: str
    err: str


class Block(NamedTuple):
    """One command of a transcript and what it must do; `line` counts from 1."""

    line: int
    command: str
    out: list[str]
    err: list[str]
    code: int


class Transcript(NamedTuple):
    """A parsed file: its fixture, and in order its blocks, its `@ env` pairs and the lines kept as they are."""

    fixture: str
    parts: list[Block | tuple[str, str] | str]


class Unwritable(io.BytesIO):
    """A stream that takes nothing: a full disk, or with EPIPE a pipe that nobody reads."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code

    def write(self, data: object) -> int:
        """Fail as the system does."""
        raise OSError(self.code, os.strerror(self.code))


def run_program(
    argv: Sequence[str],
    *,
    stdin: str | bytes = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    refusing: Mapping[str, int] = {},
) -> Result:
    """Run `dispatchctl` in this process, its streams being pipes; `env` is added to the environment of the moment.

    refusing: of `stdout` and `stderr` those that cannot be written, each with the number of the system's error.
    """
    from dispatchctl.cli import main

    given = stdin.encode() if isinstance(stdin, str) else stdin
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, env or {}))
        time.tzset()
        stack.callback(time.tzset)
        if cwd is not None:
            stack.enter_context(contextlib.chdir(cwd))
        out, err = (Unwritable(refusing[name]) if name in refusing else io.BytesIO() for name in ("stdout", "stderr"))
        streams = {"stdin": io.BytesIO(given), "stdout": out, "stderr": err}
        for name, raw in streams.items():
            stack.enter_context(mock.patch.object(sys, name, io.TextIOWrapper(raw, encoding="utf-8", newline="")))
        code = main(list(argv))
        if code in LEFT_OPEN:
            gc.collect()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        return Result(code, out.getvalue().decode(), err.getvalue().decode())


def parse_transcript(text: str) -> Transcript:
    """Read a transcript; ValueError names the line that is none of its forms."""
    fixture = "empty"
    parts: list[Block | tuple[str, str] | str] = []
    block: Block | None = None
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if line.startswith("$ "):
            block = Block(number, line[2:], [], [], 0)
            parts.append(block)
        elif line.startswith("@ "):
            block = None
            word, _, rest = line[2:].partition(" ")
            name, equals, value = rest.partition("=")
            if word == "env" and equals:
                parts.append((name, value))
            elif not rest and not any(isinstance(part, Block) for part in parts):
                fixture = word
                parts.append(line)
            else:
                raise ValueError(f"line {number}: not understood: {line}")
        elif line.startswith("# ") or line == "#" or (block is None and not line):
            block = None
            parts.append(line)
        elif block is None:
            raise ValueError(f"line {number}: output without a command: {line}")
        elif line.startswith("2>"):
            block.err.append(line[2:].removeprefix(" "))
        elif line.startswith("? "):
            block = parts[-1] = block._replace(code=int(line[2:]))
        else:
            block.out.append(line)
    for part in parts:
        while isinstance(part, Block) and part.out and not part.out[-1]:
            part.out.pop()
    return Transcript(fixture, parts)


def write_transcript(parts: Sequence[Block | tuple[str, str] | str]) -> str:
    """The text of a transcript, with an empty line after each block."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, str):
            if part or (lines and lines[-1]):
                lines.append(part)
        elif isinstance(part, Block):
            code = [f"? {part.code}"] if part.code else []
            lines += ["$ " + part.command, *part.out, *(f"2> {line}".rstrip(" ") for line in part.err), *code, ""]
        else:
            lines.append(f"@ env {part[0]}={part[1]}")
    return "\n".join(lines).rstrip("\n") + "\n"


def run_command(command: str, env: Mapping[str, str], folder: Path) -> Result:
    """Run one command of a transcript in `folder`, with its redirections."""
    words = shlex.split(command)
    env = dict(env)
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        env[name] = value
    stdin, target, mode = b"", "", "wb"
    while len(words) >= 2 and words[-2] in ("<<<", "<", ">", ">>"):
        word, operator = words.pop(), words.pop()
        if operator == "<<<":
            stdin = word.encode() + b"\n" + stdin
        elif operator == "<":
            stdin = (folder / word).read_bytes()
        else:
            target, mode = word, "wb" if operator == ">" else "ab"
    if words and words[0] == "dispatchctl":
        result = run_program(words[1:], stdin=stdin, env=env, cwd=folder)
    elif words and words[0] == "cat":
        result = Result(0, b"".join((folder / word).read_bytes() for word in words[1:]).decode() or stdin.decode(), "")
    elif words and words[0] == "sed":
        done = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
        result = Result(0, done.stdout, done.stderr)
    else:
        raise ValueError(f"a transcript runs dispatchctl, cat and sed only: {command}")
    if target:
        with open(folder / target, mode) as file:
            file.write(result.out.encode())
        result = result._replace(out="")
    return result


def list_output(text: str, folder: Path) -> list[str]:
    """The lines of an output as a transcript holds them."""
    lines = text.replace(str(folder), "$DIR").split("\n")
    rest = lines.pop()  # what follows the last newline
    ending = [NO_NEWLINE] if rest else []
    found = ["\\" + line if MARKS.match(line) else line for line in lines + [rest] * len(ending)]
    empty = 0
    while empty < len(found) and not found[-1 - empty]:
        empty += 1
    return found[: len(found) - empty] + ["\\"] * empty + ending


def match_errors(expected: Sequence[str], actual: Sequence[str]) -> list[str] | None:
    """The expected lines if they match those of stderr, patterns included; else None."""
    if len(expected) != len(actual):
        return None
    for wanted, line in zip(expected, actual, strict=True):
        if not (re.fullmatch(wanted[1:], line) if wanted.startswith("~") else wanted == line):
            return None
    return list(expected)


def replay(transcript: Transcript, folder: Path) -> Iterator[Block | tuple[str, str] | str]:
    """Run the commands one after the other; each block comes back as it should stand, so equal where it holds."""
    env: dict[str, str] = {}
    for part in transcript.parts:
        if not isinstance(part, Block):
            if isinstance(part, tuple):
                env[part[0]] = part[1]
            yield part
            continue
        result = run_command(part.command, env, folder)
        errors = [line.rstrip(" ") for line in list_output(result.err, folder)]
        kept = match_errors(part.err, errors)
        yield part._replace(out=list_output(result.out, folder), err=errors if kept is None else kept, code=result.code)


def check_transcript(path: Path, begin: Callable[[str], Path], *, update: bool = False) -> None:
    """Run the transcript in the folder that `begin` makes of its fixture's name; AssertionError where it differs.

    With `update` the file is rewritten with what the commands print now, and nothing is raised.
    """
    transcript = parse_transcript(path.read_bytes().decode())
    folder = begin(transcript.fixture).resolve()
    if update:
        path.write_bytes(write_transcript(list(replay(transcript, folder))).encode())
        return
    for part, found in zip(transcript.parts, replay(transcript, folder), strict=True):
        if isinstance(part, Block) and isinstance(found, Block) and part != found:
            raise AssertionError(describe_difference(path.name, part, found))


def describe_difference(name: str, expected: Block, found: Block) -> str:
    """Place and command, then a line-by-line comparison."""
    from difflib import ndiff

    wanted, printed = (write_transcript([block]).split("\n")[1:] for block in (expected, found))
    lines = [line for line in ndiff(wanted, printed) if line.strip() and not line.startswith("?")]
    place = f"{name}:{expected.line}: $ {expected.command}"
    return "\n".join([place, "(- expected, + printed; pytest --update takes it over)", *lines])
