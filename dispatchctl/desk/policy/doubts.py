"""What may be meant in the rules, and is told all the same: skills nobody has, charges nobody may approve. Desk.

It needs the people of a folder, so it is more than a file of rules can tell by itself; and it keeps nothing from being
in force: a desk is founded by one person, and published rules judge whatever a later release finds in them.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.policy.draft import check_draft_file, find_taken_roles
from dispatchctl.errors import DispatchError, Fault, IndexDamaged, NotFound
from dispatchctl.policy.compiling import Examined, examine_policy
from dispatchctl.registers.page import split_items
from dispatchctl.rules.discipline import may_decide
from dispatchctl.rules.people import People
from dispatchctl.rules.rights import holds_word, name_right
from dispatchctl.store.rules_cache import read_text
from dispatchctl.store.versions import list_versions
from dispatchctl.workspace import Workspace

SHOWN = 6  # skills that one message names


def doubt_people(policy: Mapping[str, Any], people: People, name: str) -> list[Fault]:
    """What the rules ask of people that nobody who works here can give; two of one name. name: how messages name it."""
    found = [
        *_doubt_names(people),
        *_doubt_skills(policy, people),
        *_doubt_approvers(policy, people),
        *_doubt_rights(policy, people),
    ]
    return [Fault(name, 0, 0, code, message) for code, message in found]


def _doubt_names(people: People) -> Iterator[tuple[str, str]]:
    """Who has another's name has to be named by the id."""
    named: dict[str, list[str]] = {}
    for staff, facts in people.here():
        named.setdefault(facts.get("name", ""), []).append(staff)
    for name, found in named.items():
        if name and len(found) > 1:
            yield "one-name", f"staff: {name} is the name of {' and '.join(found)}: name them by id"


def _doubt_skills(policy: Mapping[str, Any], people: People) -> Iterator[tuple[str, str]]:
    asked: dict[str, list[str]] = {}
    for key, service in policy["services"].items():
        if service["skill"]:
            asked.setdefault(service["skill"], []).append(key)
    had: dict[str, list[str]] = {}
    for staff, facts in people.here():
        for skill in split_items(facts.get("skills", "")):
            had.setdefault(skill, []).append(staff)
    for code, what, known, wanted in (
        ("nobodys-skill", "services: nobody who works here has the skill", had, asked),
        ("unasked-skill", "staff: no service asks for the skill", asked, had),
    ):
        missing = [f"{skill} ({', '.join(owners)})" for skill, owners in wanted.items() if skill not in known]
        if missing:
            more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
            yield code, f"{what} {', '.join(missing[:SHOWN])}{more}"


def _doubt_approvers(policy: Mapping[str, Any], people: People) -> Iterator[tuple[str, str]]:
    """Charges and rewards about which nobody here may decide, whoever here they are put to."""
    here = [staff for staff, _ in people.here()]
    rules: dict[str, list[str]] = {}
    for section in ("charges", "rewards"):
        for rule in policy[section]:
            rules.setdefault(rule["approver"], []).append(f"{section}.{rule['id']}")
    ranked = People(people.histories, policy["escalation"]["roles"])
    for approver, named in rules.items():
        if not any(may_decide(ranked, actor, staff, approver) for staff in ("", *here) for actor in here):
            who = approver if approver == "department-head" else f"{approver} and above"
            yield "nobody-approves", f"nobody who works here may approve {', '.join(named)}: that is for {who}"


def _doubt_rights(policy: Mapping[str, Any], people: People) -> Iterator[tuple[str, str]]:
    """Rights of roles that nobody here has; those of a case's own people (`assignee`, `self`) are somebody's anyhow."""
    ranked = People(people.histories, policy["escalation"]["roles"])
    roles = {facts.get("role", "") for _, facts in people.here()}
    missing: dict[str, list[str]] = {}
    for name in policy["rights"]["given"] or {}:
        right = name_right(policy, name)
        words = right.may if right is not None else ()
        if right is None or any(word not in policy["roles"] for word in words):
            continue
        if not any(holds_word(ranked, right, word, role) for word in words for role in roles):
            missing.setdefault(", ".join(words), []).append(name)
    for told, names in missing.items():
        yield "nobodys-right", f"rights: nobody who works here may record {', '.join(names)}: that is for {told}"


def check_file(ws: Workspace, file: str) -> tuple[list[Fault], list[Fault]]:
    """(the faults of a file of rules, by line, what may be meant in it); file: as for draft.check_draft_file.

    Where there is a folder its people count. Of the draft it is also told what later checks find in the version that is
    published, and goes on judging all the same.
    """
    checked = check_draft_file(ws, file)
    faults, warnings = list(checked.faults), list(checked.warnings)
    try:
        books = Books(ws)
        with books.mending():
            if checked.policy is not None:
                books.refuse_faults(("staff",))  # of half the people it would tell what is not so
                faults += find_taken_roles(books, checked.policy, checked.name)
                warnings += doubt_people(checked.policy, books.people, checked.name)
            warnings += [] if file else doubt_published(books)
        books.settle()
    except NotFound:  # no folder: rules are checked anywhere
        pass
    except IndexDamaged:
        raise
    except DispatchError as error:
        if not checked.faults:
            message = f"what it asks of people was not checked: {str(error).splitlines()[0]}"
            warnings.append(Fault(checked.name, 0, 0, "people-unread", message))
    return faults, warnings


def doubt_published(books: Books) -> list[Fault]:
    """What later checks find in the newest published version; nothing of a draft in force, whose faults they are."""
    return [] if books.book.draft_only else _examine_newest(books).later


def doubt_in_force(books: Books) -> list[Fault]:
    """What later checks find in the newest rules, be they a draft, and all that may be meant in them."""
    found = _examine_newest(books)
    people = doubt_people(books.book.newest.policy, books.people, books.book.newest.label)
    return [*found.later, *found.warnings, *people]


def _examine_newest(books: Books) -> Examined:
    """The newest version, or the draft where it judges; nothing where it cannot be read now, as a moment ago."""
    draft = books.book.draft_only
    label = books.book.newest.label
    path = books.ws.policies_path
    if not draft:
        path = next((each.path for each in list_versions(books.folder.path) if each.label == label), "")
    name = os.path.basename(path) if draft else f"{books.folder.label}/policies/{label}.yaml"
    try:
        return examine_policy(read_text(path, follow=draft), name, published=not draft, pages=books.pages)
    except OSError:
        return Examined(None, [], [], [], {})
