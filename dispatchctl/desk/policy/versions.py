"""What was published: the versions with who knows them, and what one changes about another. Desk."""

from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.policy.acknowledgements import Informed, find_informed
from dispatchctl.desk.policy.publication import compute_digest, read_draft
from dispatchctl.desk.times import format_time
from dispatchctl.errors import BadData, NotFound
from dispatchctl.policy.comparing import Change, compare_days, compare_rules
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.days import fill_years
from dispatchctl.policy.reading import find_nearest, list_some, show_word
from dispatchctl.store.publications import Publication, find_published, read_publications
from dispatchctl.store.rules_cache import read_text
from dispatchctl.store.versions import list_version_files, list_versions

DRAFT = "draft"


def compare_versions(books: Books, before: str = "", after: str = "") -> list[Change]:
    """What one set of rules changes about another; each a published file's label, or `draft`.

    Left out: before, the version in force (the draft where none is published); after, the draft. The days are compared
    where both are published: a draft has none of its own. BadData for a faulty draft, NotFound for an unknown label.
    """
    in_force = DRAFT if books.book.draft_only else books.version.label
    was, now = _read_rules(books, before or in_force), _read_rules(books, after or DRAFT)
    changes = compare_rules(was, now)
    if was["days"] is not None and now["days"] is not None:
        last = max(was["days"]["through"], now["days"]["through"])
        changes += compare_days(*(fill_years(each["days"], each["calendar"]["yearly"], last) for each in (was, now)))
    return changes


def _read_rules(books: Books, label: str) -> dict[str, Any]:
    if label == DRAFT:
        return read_draft(books)[1]
    files = {file.label: file for file in list_version_files(books.folder.path)}
    if label not in files:
        known = [*files, DRAFT]
        near = find_nearest(label, known)
        message = f"no such version: {show_word(label)} ({list_some(known)})"
        raise NotFound(message, hint=f"did you mean {near}?" if near else "dispatchctl policy versions lists them")
    policy, faults = compile_policy(read_text(files[label].path), files[label].name, published=True, pages=books.pages)
    if policy is None:
        raise BadData.of(faults)
    return policy


def list_publications(books: Books) -> list[dict[str, Any]]:
    """Every published file by day and part: when and by whom, whether it is in force now, whether it was replaced.

    As of --as-of, those that had been published by then.
    """
    as_of = books.ws.as_of
    only = find_published(books.folder.path, books.folder.label, as_of) if isinstance(as_of, int) else None
    published: dict[str, Publication] = {}
    for each in read_publications(books.folder.path, books.folder.label):
        published.setdefault(each.file, each)
    counting = {file.name: file for file in list_versions(books.folder.path, only)}
    in_force = "" if books.book.draft_only else f"{books.version.label}.yaml"
    informed = find_informed(books, [file.label for file in counting.values()])
    items = []
    for file in list_version_files(books.folder.path):
        if only is not None and file.name not in only:
            continue
        row = published.get(file.name)
        items.append(
            {
                "label": file.label,
                "effective_from": file.date,
                "file": file.name,
                "published_at": format_time(books, row.recorded // 1_000_000) if row else None,
                "by": row.by if row else None,
                "sha256": compute_digest(read_text(file.path)),
                "in_force": file.name == in_force,
                "replaced": file.name not in counting,
                **informed.get(file.label, Informed([], [], []))._asdict(),
            }
        )
    return items


def show_rules(books: Books, path: str) -> Any:
    """The rules in force now, every default filled in, or what `path` names of them; NotFound for a path of nothing."""
    from dispatchctl.policy.showing import show_policy

    return show_policy(books.policy, path, books.pages)


def list_default_sections(books: Books, path: str) -> list[str]:
    """The sections of what `path` names (all: "") that the rules in force leave to the program."""
    return [name for name in books.policy["defaults"] if not path or path.partition(".")[0] == name]
