"""The frame of every command that needs the books: open, refuse faults, run, warn, settle. Layer: commands -> desk.

A command says what it is (`judges`, `writes`), and the frame does the rest, in one order for all; also a
second time, under the lock, where others had written before the command had it (recording.hold). What is printed is
asked of `books.ws`, the workspace as the rules of these books see it.
"""

import functools
import os
from collections.abc import Callable
from typing import Any

from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.errors import NotFound
from dispatchctl.options import pass_workspace, present_writing_options, writing_options
from dispatchctl.output.terminal import tell
from dispatchctl.workspace import Workspace

Body = Callable[..., Any]


def with_books(
    *, judges: bool = False, writes: bool = False, present: bool = False, settles: bool = True
) -> Callable[[Body], Any]:
    """Give a command the books of the records folder instead of the workspace; their warnings are told after it.

    judges: it says what follows from the rows, so rows that are wrong are refused (BadData) before it begins. writes:
    it also takes what every writing command takes, as `writing`; present: but no --at, being of its moment by nature.
    settles: the index takes in what it wrote before the process ends; else the next command does.
    """

    def decorate(body: Body) -> Any:
        @functools.wraps(body)
        def run(ws: Workspace, *args: Any, **given: Any) -> Any:
            books = Books(ws)
            with books.mending():
                if judges:
                    books.refuse_faults()
                _check_given(books)
                try:
                    code = body(books, *args, **given)
                except NotFound:
                    print_warnings(books)  # it may be in what is missing
                    raise
                print_warnings(books)
                writing = given.get("writing")
                if writing is not None and writing.dry_run:
                    tell("--dry-run: nothing was recorded")
            if settles:
                books.settle()
            return code

        command: Any = pass_workspace(run)
        if present:
            return present_writing_options(command)
        return writing_options(command) if writes else command

    return decorate


def _check_given(books: Books) -> None:
    """Refuse an --as that is nobody and a --policies that is no file, also where the command asks for neither."""
    draft = books.ws.given.get("policies")
    if draft and not os.path.isfile(draft):
        from dispatchctl.desk.policy.draft import read_rules_text

        read_rules_text(draft, draft)
    named = books.ws.given.get("actor")
    if named:
        from dispatchctl.desk.actors import SYSTEM
        from dispatchctl.desk.names import resolve_staff

        if named != SYSTEM:
            resolve_staff(books, named, option="--as", present=False)
