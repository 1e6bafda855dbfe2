"""The commands of the rules: check, show, publish, versions, diff, acknowledge, review, schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_faults, print_items, print_results, print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.policy.doubts import check_file
from dispatchctl.desk.policy.draft import describe_form
from dispatchctl.desk.policy.moves import NOTHING_MOVED
from dispatchctl.desk.policy.publication import publish_rules
from dispatchctl.desk.policy.versions import compare_versions, list_default_sections, list_publications, show_rules
from dispatchctl.options import NOT_GIVEN, PATH, GivenText, TypedText, Writing, command, pass_workspace
from dispatchctl.output.formats import emit
from dispatchctl.output.formatters import find_format
from dispatchctl.output.formatters.base import Format
from dispatchctl.output.labels import Column
from dispatchctl.output.terminal import neutralise_text, tell, write_stdout
from dispatchctl.workspace import Workspace

VERSION_KEYS = (
    "label", "effective_from", "file", "published_at", "by", "sha256", "in_force", "replaced", "acknowledged",
    "objected", "waiting",
)  # fmt: skip
CHANGE_KEYS = ("path", "change", "before", "after")
VERSIONS = (
    Column("label", "version", "版本"),
    Column("effective_from", "in force from", "生效日", "date"),
    Column("published_at", "published", "发布时间", "time"),
    "by",
    Column("in_force", "in force", "现行", "flag"),
    Column("replaced", "replaced", "已被替换", "flag"),
    Column("acknowledged", "acknowledged", "已知悉"),
    Column("objected", "objected", "有异议"),
    Column("waiting", "not yet", "尚未知悉"),
)
CHANGES = (
    Column("path", "rule", "规则"),
    Column("change", "change", "变动"),
    Column("before", "before", "原为"),
    Column("after", "after", "改为"),
)
MOVES = ("case", "clock", "item", Column("before", "was due", "原到期", "time"), "due_at")
WORDS = {"added": "新增", "removed": "删除", "changed": "修改", "reordered": "调整次序"}
DAY_WORDS = {"off": "放假", "working": "上班"}


@command("check")
@click.argument("file", required=False, default=NOT_GIVEN, type=PATH)
@pass_workspace
def check(ws: Workspace, file: str) -> int:
    """Check policies.yaml, or another FILE of rules, and list every fault; exit with 1 if there is any.

    What may be meant is a warning on stderr: weights that have to be scaled, and, in a folder with people, a skill that
    nobody has or no service asks for, two people of one name, charges that nobody may approve.

    \b
    Examples:
      dispatchctl policy check
      dispatchctl policy check next-year.yaml --format json
    """
    faults, warnings = check_file(ws, file)
    print_faults(ws, faults)
    for warning in warnings:
        tell(f"warning: {warning}")
    tell(f"{len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}")
    return 1 if faults else 0


@command("show")
@click.argument("path", required=False, default=NOT_GIVEN, type=GivenText("path"))
@with_books()
def show(books: Books, path: str) -> None:
    """Show the rules in force now, every default filled in, or the part that PATH names.

    \b
    Examples:
      dispatchctl policy show
      dispatchctl policy show clocks.complete --json
    """
    value = show_rules(books, path)
    print_warnings(books)
    if shown := list_default_sections(books, path):
        tell(f"{', '.join(shown)}: not written in the rules, these are the defaults for what they declare")
    form = books.ws.form
    if not form.people and not form.tree:
        emit(
            books.ws,
            [{"path": name, "value": leaf} for name, leaf in _list_leaves(value, path)],
            keys=("path", "value"),
        )
    elif form.tree and not form.whole:
        emit(books.ws, [value] if isinstance(value, Mapping) else [{"path": path, "value": value}])
    elif form.whole:
        write_stdout(form.dump(value))
    else:  # a person reads the rules as they are written
        write_stdout(neutralise_text(find_format("yaml").dump(value), "\n"))


def _list_leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything that is no map and no list of maps; items of a list by their number from 1."""
    nested = isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    if isinstance(value, dict) or nested:
        pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
        for key, item in pairs:
            yield from _list_leaves(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


@command("publish")
@click.option("--days", is_flag=True, help="Only the holidays and working days, at once, for the newest version.")
@click.option("--reason", metavar="TEXT", default="", help="Why; demanded where --days changes a past day.")
@with_books(writes=True)
def publish(books: Books, days: bool, reason: str, writing: Writing) -> None:
    """Put the draft in force from its day, as a file that is never changed; print what it changes.

    \b
    Examples:
      dispatchctl policy publish --dry-run
      dispatchctl policy publish --days --reason 国务院公布2027年放假安排
    """
    done, item = publish_rules(books, writing, days_only=days, reason=reason)
    books.told_draft = True  # it differed until a moment ago
    print_warnings(books)
    if item is None:
        tell("nothing would change; nothing was published")
        item = dict.fromkeys(("id", "event", "state", "file", "effective_from", "replaces", "sha256", "reason"))
        item |= {"changes": [], "due_times": NOTHING_MOVED._asdict()}
    if done.replayed:
        item["replayed"] = True
        tell(f"{item['id']} was recorded before; nothing was written")
    if done.dry:
        item["dry_run"] = True
    if books.ws.quiet or books.ws.form.tree:
        print_items(books, [item], single=True)
    else:
        if item["file"]:
            verb = "would publish" if done.dry else "published"
            tell(f"{verb} {item['file']}, in force from {item['effective_from']}")
        print_items(books, [_word_change(change, books.ws.lang, books.ws.form) for change in item["changes"]], CHANGES)
        _print_moves(books, item["due_times"], dry=done.dry)


def _print_moves(books: Books, due_times: Mapping[str, Any], *, dry: bool) -> None:
    """What became of the due times that were provisional: in words on stderr, and the moved ones as a table."""
    moved, kept, still = due_times["moved"], due_times["kept"], due_times["provisional"]
    if moved or kept:  # that all of them stay what they were is nothing to tell
        verb = "would move" if dry else "moved"
        tell(
            f"provisional due times that run: {len(moved)} {verb}, {kept} stay and are final, {still} stay provisional"
        )
    if moved and books.ws.form.people:
        write_stdout("\n")
        rows = [{**each, "due_at": each["after"]} for each in moved]
        print_items(books, rows, MOVES)


def _word_change(change: Mapping[str, Any], lang: str, form: Format) -> dict[str, Any]:
    """A change as a person reads it: in words, and what a list or a map holds on one line."""
    if not form.people:
        return dict(change)
    word = WORDS.get(change["change"], change["change"]) if lang == "zh" else change["change"]
    is_day = change["path"].startswith("days.")
    shown = {key: _word_value(change[key], lang, is_day) for key in ("before", "after")}
    return {"path": change["path"], "change": word, **shown}


def _word_value(value: Any, lang: str, is_day: bool) -> Any:
    if is_day and isinstance(value, str) and lang == "zh":
        kind, _, name = value.partition(": ")
        return DAY_WORDS.get(kind, kind) + (f"（{name}）" if name else "")
    if isinstance(value, dict):
        return {key: each for key, each in value.items() if each not in (None, [], {}, False)}
    return value


@command("versions")
@with_books()
def versions(books: Books) -> None:
    """List the published versions: from when, published when and by whom, which one is in force, and who knows it.

    Not yet: who was here before it took effect and has not acknowledged it; who joins later counts as informed.

    \b
    Example:
      dispatchctl policy versions --format json
    """
    items = list_publications(books)
    print_warnings(books)
    if not items:
        tell("no version is published: policies.yaml itself is in force")
    if not books.ws.quiet and books.ws.form.people:
        items = [{**item, **{key: len(item[key]) for key in ("acknowledged", "objected", "waiting")}} for item in items]
    emit(books.ws, items, VERSIONS, ids="label", keys=VERSION_KEYS)


@command("diff")
@click.argument("before", required=False, default=NOT_GIVEN, type=GivenText("label"), metavar="[A]")
@click.argument("after", required=False, default=NOT_GIVEN, type=GivenText("label"), metavar="[B]")
@with_books()
def diff(books: Books, before: str, after: str) -> None:
    """Show what version B changes about version A; both a label of `policy versions`, or draft.

    Without B the draft is compared, without A the version in force. Holidays are compared between published versions.

    \b
    Examples:
      dispatchctl policy diff
      dispatchctl policy diff 2026-01-01 2026-07-01 --json
    """
    changes = [change._asdict() for change in compare_versions(books, before, after)]
    print_warnings(books)
    if not changes:
        tell("nothing differs")
    if not books.ws.quiet and not books.ws.form.tree:
        changes = [_word_change(change, books.ws.lang, books.ws.form) for change in changes]
    emit(books.ws, changes, CHANGES, ids="path", keys=CHANGE_KEYS)


@command("acknowledge")
@click.option(
    "--objection",
    type=TypedText("text"),
    metavar="TEXT",
    default=NOT_GIVEN,
    help="What you object to, or would rather have.",
)
@with_books(writes=True)
def acknowledge(books: Books, objection: str, writing: Writing) -> int:
    """Record that you know the rules in force; with --objection, what you object to, in writing.

    \b
    Examples:
      dispatchctl policy acknowledge
      dispatchctl policy acknowledge --objection 夜班迟到与白班同样扣款，建议区分
    """
    from dispatchctl.desk.policy.acknowledgements import acknowledge_rules

    done = acknowledge_rules(books, objection, writing)
    row = done.rows[0]
    item = describe_done(done, policy_version=row.fields.get("policy_version"))
    return print_results(books, [item], ("id", "event", "policy_version"), register="staff")


@command("review")
@with_books(writes=True)
def review(books: Books, writing: Writing) -> int:
    """Record that the rules were reviewed: --note says what was found, and what should change.

    Whoever works here may propose a change in this way (KZ-9); `list audit` shows what was said.

    \b
    Example:
      dispatchctl policy review --note 半年评审：派单时限合适，建议夜间改为两小时
    """
    from dispatchctl.desk.policy.acknowledgements import review_rules

    done = review_rules(books, writing)
    row = done.rows[0]
    said = {key: row.fields.get(key) for key in ("subject", "reason")}
    item = describe_done(done, **said)
    return print_results(books, [item], ("id", "event", "subject", "reason"), register="audit")


@command("schema")
@pass_workspace
def schema(ws: Workspace) -> None:
    """Print the JSON Schema of policies.yaml, for editors that complete and check as you type.

    \b
    Example:
      dispatchctl policy schema > policies.schema.json
    """
    document = describe_form()
    write_stdout((ws.form if ws.form.whole else find_format("json")).dump(document))
