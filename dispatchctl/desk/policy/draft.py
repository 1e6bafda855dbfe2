"""The draft of the rules: where it is, and every fault that keeps it from being published. Desk.

Needs nobody who acts and, but for what its roles are called, no records: a file of rules can be checked anywhere.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.names import list_role_words
from dispatchctl.errors import Fault, NotFound, explain_failure
from dispatchctl.policy.compiling import compile_policy, examine_policy
from dispatchctl.policy.days import FIRST_YEAR, Days
from dispatchctl.policy.defaults import Plain
from dispatchctl.policy.publishing import render_version
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.store.rules_cache import read_text
from dispatchctl.workspace import Workspace

NO_DAYS: Days = {"off": {}, "working": {}, "through": FIRST_YEAR}


def find_draft(ws: Workspace) -> str:
    """The path of the draft: --policies, else beside the records folder; in the present one where none is named."""
    try:
        return ws.policies_path
    except NotFound:
        if not ws.settings.records and os.path.isfile("policies.yaml"):
            return os.path.abspath("policies.yaml")
        raise


def read_rules_text(path: str, place: str) -> bytes:
    """The bytes of a file of rules; NotFound, UsageFault for what is no file, SystemFailed, all naming `place`."""
    try:
        return read_text(path, follow=True)
    except FileNotFoundError:
        hint = "dispatchctl init writes one; --policies names another"
        raise NotFound("there is no such file of rules", place=place, hint=hint) from None
    except OSError as error:
        raise explain_failure(error, place) from None


class DraftCheck(NamedTuple):
    """What a file of rules comes to as a draft. name: how messages name it; policy: compiled, None where it has faults.

    faults, warnings: by line. defaults: see `compiling.Examined`.
    """

    name: str
    policy: dict[str, Any] | None
    faults: list[Fault]
    warnings: list[Fault]
    defaults: Plain


def check_draft_file(ws: Workspace, file: str, pages: Pages = SHIPPED) -> DraftCheck:
    """A file of rules, checked. file: "" is the draft, "-" standard input. pages: that it may name.

    NotFound where there is no such file; SystemFailed where it cannot be read.
    """
    if file == "-":
        name, text = "standard input", ws.keep(file, sys.stdin.buffer.read)
    else:
        path = file or find_draft(ws)
        name = file or os.path.basename(path)
        text = read_rules_text(path, name)
    return examine_draft(text, name, pages)


def examine_draft(text: bytes, name: str, pages: Pages) -> DraftCheck:
    """A text of rules as a draft, which nothing keeps from being published where there are no faults."""
    found = examine_policy(text, name, pages=pages)
    faults = sorted(found.faults + found.later, key=lambda fault: (fault.line, fault.column))
    faults = faults or check_rendered(text, name, found.defaults, pages)
    return DraftCheck(name, None if faults else found.policy, faults, found.warnings, found.defaults)


def find_taken_roles(books: Books, policy: Mapping[str, Any], name: str) -> list[Fault]:
    """A fault for each new role that is called as somebody's id is: a list of who owes what could mean either.

    What versions that are published call a role stays as it is. name: how messages name the rules.
    """
    before = [] if books.book.draft_only else [version.policy for version in books.book.versions]
    known, people = list_role_words(before), books.people
    return [
        Fault(name, 0, 0, "role-is-person", f"roles.{key}: {word} is the id of {people.name(word)}", "another word")
        for word, key in list_role_words([policy]).items()
        if word in people.histories and word not in known
    ]


def check_rendered(draft: bytes, name: str, defaults: Plain, pages: Pages) -> list[Fault]:
    """The fault of a draft that is sound by itself but takes no days below it (one pair of braces around it all)."""
    if compile_policy(render_version(draft, NO_DAYS, defaults), name, published=True, pages=pages)[0] is not None:
        return []
    message = "the days cannot be written below it: its sections do not begin at the first column"
    return [Fault(name, 1, 1, "not-in-blocks", message, "`policy:`, `calendar:` ... each at the beginning of a line")]


def describe_form() -> dict[str, Any]:
    """The JSON Schema of policies.yaml."""
    from dispatchctl.policy.schema import build_schema

    return build_schema()
