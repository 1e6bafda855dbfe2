"""One marked customer, looked for in all that commands say and leave behind: found in the private files alone.

The commands are those of the table, their options those that they have: a new one is looked at from its first day. What
somebody typed on this very command line may come back to them; what the contacts know of it may not.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import click
import pytest
from stories import CALL, START, STEP, STORIES, Line, join_staff
from surroundings import LONG
from transcripts import Result

from dispatchctl import cli
from dispatchctl.commands import COMMANDS, GROUPS
from dispatchctl.options import GlobalOption
from dispatchctl.output.formatters import FORMATS

Run = Callable[..., Result]

NAME, PHONE, ADDRESS = "褚砚示例", "138-0000-7391", "琉璃示例巷别墅甲座"
ROWS = f"kind,content,phone,service\nrequest,漏水,{PHONE},plumbing\nrequest,,{PHONE},plumbing\n"  # of --from
# What a mask never leaves of them, blanks and hyphens aside; each stands in no other text of the tests or the program.
HIDDEN = {"name": "砚示例", "phone": "0000739", "address": "示例巷别墅"}
TYPED = {
    **{"张示例": NAME, "李样例": NAME},
    **{"138-0000-0001": PHONE, "138-0000-0002": PHONE},
    **{"3号楼2单元501": ADDRESS, "1号楼101": ADDRESS, "orders.csv": "typed/orders.csv"},
}
ALL = {"name", "phone", "address"}
PRINTED = [name for name in FORMATS if name not in ("html", "xlsx")]
PEOPLE = ("lin", "wu")  # a manager and a field worker
SAMPLED = 1 if LONG else 8  # every which option and format is tried; of commands that show a customer (MORE) all are

# What an option is given: by its name, else by what its type completes to, else by its type's name, else TEXT.
TEXT = "备注"
VALUES = {
    **{"phone": PHONE, "caller": NAME, "address": ADDRESS, "contact": PHONE, "signed_by": NAME, "search": ADDRESS},
    **{"where": f"contact_id={PHONE}", "changes": f"phone={PHONE}", "measure": "on_time", "row": "1"},
    **{"case": "1", "staff": "wu", "state": "open", "register": "orders", "amount": "5", "integer range": "1"},
    **{"when": "2026-11-02T17:00", "date": "2026-11-02", "month": "2026-11"},
    **{"services": "plumbing", "departments": "engineering", "areas": "tower-1", "roles": "field"},
    **{"channels": "phone", "priorities": "normal", "payment_methods": "cash"},
}
# Commands that show or find a customer, with what they need for it besides what they insist on.
MORE: dict[str, tuple[str, ...]] = {
    "show": (),
    "new-order": ("--service", "plumbing", "--content", "漏水", "--phone", PHONE),
    "complaint new": ("--content", "漏水", "--phone", PHONE),
    "survey opinion": ("--phone", PHONE),
    "follow-up new": ("--method", "phone"),
    "list": ("--contact", PHONE),
    "due": ("1",),
}


def find_hidden(text: str) -> set[str]:
    """What of the marked customer stands in a text."""
    text = re.sub(r"[\s-]", "", text)
    return {kind for kind, part in HIDDEN.items() if part in text or part.encode("unicode_escape").decode() in text}


def test_what_is_looked_for_is_found() -> None:
    assert find_hidden(f"{NAME} +86 138 0000 7391 {ADDRESS}") == ALL
    assert find_hidden("\\u7422\\u7483\\u793a\\u4f8b\\u5df7\\u522b\\u5885") == {"address"}
    assert find_hidden("褚** 138****7391 琉璃***") == set()


class Watch:
    """Runs commands and looks through what they say: how many there were, and what was found that should not be."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run, self.folder = run, folder
        self.now = START
        self.commands: set[str] = set()
        self.lines = self.outputs = self.done = self.own = 0
        self.finds: list[tuple[tuple[str, ...], set[str]]] = []

    def __call__(self, *argv: str, who: str = "lin", env: dict[str, str] | None = None) -> Result:
        words = ("--as", who, "--now", self.now.isoformat(), "--debug") if argv else ()
        done = self.run(*argv, *words, env=env)
        assert "internal fault" not in done.err, (argv, done.err)
        typed = find_hidden(" ".join((*argv, *((ROWS,) if "--from" in argv else ()))))
        if argv:
            self.commands.add(" ".join(argv[: 2 if argv[0] in GROUPS else 1]))
        self.lines += 1
        self.done += done.code == 0
        for said in filter(None, (done.out, done.err)):
            self.outputs += 1
            found = find_hidden(said)
            self.own += len(found & typed)
            if found - typed:
                self.finds.append((argv, found - typed))
        return done

    def tell(self, name: str) -> None:
        """Each line of a story, as a try, in earnest and once more, in one format after the other."""
        forms = cycle(PRINTED)
        for line in map(Line, STORIES[name].strip().split("\n")):
            argv = [TYPED.get(word, word) for word in line.argv]
            self.now = line.moment or self.now + STEP
            if not line.prepares:
                self(*argv, "--dry-run", "--json", who=line.who)
            done = self(*argv, "--format", next(forms), who=line.who)
            assert done.code == 0 or {"--from", "--take-over"} & set(argv), (line.text, done.err)
            if not line.prepares and argv[0] != "undo":
                self(*argv, "--format", next(forms), "--dry-run", who=line.who)

    def look_through_files(self) -> int:
        """How many files there are besides the private ones, the index and the caches among them."""
        count = 0
        for path in self.folder.parent.rglob("*"):
            if not path.is_file() or "private" in path.parts or "typed" in path.parts:
                continue
            count += 1
            texts = [path.read_bytes()]
            if path.suffix == ".xlsx":
                with ZipFile(path) as packed:
                    texts = [packed.read(name) for name in packed.namelist()]
            for text in texts:
                for encoding in ("utf-8", "utf-16-le", "gb18030"):
                    found = find_hidden(text.decode(encoding, errors="replace"))
                    if found:
                        self.finds.append(((str(path.relative_to(self.folder.parent)), encoding), found))
        return count


@pytest.fixture
def watch(demo: Path, run: Run) -> Watch:
    join_staff(run)
    (demo / "typed").mkdir()
    (demo / "typed" / "orders.csv").write_text(ROWS, encoding="utf-8")
    return Watch(run, demo)


# --- the table, and what its commands take ----------------------------------------------------------------------------


class Listed(NamedTuple):
    """A command of the table: its words, and what it takes besides the options of all commands."""

    words: tuple[str, ...]
    params: list[click.Parameter]

    @property
    def name(self) -> str:
        return " ".join(self.words)

    def takes(self, name: str) -> bool:
        return any(param.name == name for param in self.params)


def list_table() -> Iterator[Listed]:
    ctx = click.Context(cli.root)
    for group, lines in (("", COMMANDS), *((name, verbs) for name, (_, verbs) in GROUPS.items())):
        owner = cli.root.get_command(ctx, group) if group else cli.root
        assert isinstance(owner, cli.LazyGroup)
        for name in lines:
            command = owner.get_command(ctx, name)
            assert command is not None
            params = [param for param in command.params if not isinstance(param, GlobalOption)]
            yield Listed(tuple(filter(None, (group, name))), params)


def spell(param: click.Parameter) -> list[str]:
    """A parameter as it is typed, with a value that may be right."""
    kind = param.type
    words = getattr(kind, "choices", None) or getattr(kind, "words", None)
    names = (param.name or "", getattr(kind, "kind", ""), kind.name)
    value = str(words[0]) if words else next((VALUES[name] for name in names if name in VALUES), TEXT)
    if isinstance(param, click.Argument):
        return [value]
    return [param.opts[-1]] if getattr(param, "is_flag", False) else [param.opts[-1], value]


def begin(command: Listed) -> list[str]:
    """A command with what it insists on; as a try, where it can be one."""
    needed = [word for param in command.params if param.required for word in spell(param)]
    tried = ["--dry-run"] if command.takes("dry_run") else []
    return [*command.words, *needed, *MORE.get(command.name, ()), *tried]


def list_variants(command: Listed, turn: int) -> Iterable[list[str]]:
    """The command by itself, wrongly, in each format, with each option; in the short form in and with some of them."""
    base = begin(command)

    def is_tried(number: int) -> bool:
        return command.name in MORE or (turn + number) % SAMPLED == 0

    yield base
    yield [*base, *(("--nonsense",), ("--format", "nope"), ("--fields", "contact,read_back"))[turn % 3]]
    if not command.takes("dry_run"):
        yield from ([*base, "--format", name] for number, name in enumerate(PRINTED) if is_tried(number))
    for number, param in enumerate(command.params):
        typed = spell(param)
        if is_tried(number) and typed[0] not in base and param.name not in ("dry_run", "output"):
            yield [*base, *typed]
    if command.takes("output"):
        yield from ([*base, "--output", f"{'-'.join(command.words)}.{form}", "--force"] for form in FORMATS)


# --- the tests --------------------------------------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.clause("PR-7", "XX-1.9", "KB1-4.3", "FW-3.2")
def test_no_command_of_the_table_tells_of_a_customer(
    watch: Watch, record_property: Callable[[str, object], None]
) -> None:
    for story in ("work", "complaints", "surveys"):
        watch.tell(story)
    watch.now += timedelta(hours=2)
    shown = watch.run("show", "1", "--reveal", "--reason", "核对", "--as", "lin", "--now", watch.now.isoformat())
    assert find_hidden(shown.out) == ALL  # it is there to be found
    people, forms = cycle(PEOPLE), cycle(PRINTED)
    for turn, command in enumerate(list_table()):
        for argv in list_variants(command, turn):
            form = [] if {"--format", "--output", "--fields"} & set(argv) else ["--format", next(forms)]
            watch(*argv, *form, who=next(people))
        typed = " ".join(("dispatchctl", *command.words, ""))
        asked = {"_DISPATCHCTL_COMPLETE": "zsh_complete", "COMP_WORDS": typed}
        watch(env={**asked, "COMP_CWORD": str(len(command.words) + 1)})
    tell_counts(watch, record_property)
    assert watch.commands == {*COMMANDS, *(f"{group} {verb}" for group, (_, verbs) in GROUPS.items() for verb in verbs)}
    assert watch.done > watch.lines / 4  # most of the wrong ones are meant
    assert watch.own > 0


def tell_counts(watch: Watch, record_property: Callable[[str, object], None]) -> None:
    """What was looked through, and that nothing was found but where it belongs."""
    files = watch.look_through_files()
    kept = (watch.folder / "records" / "private" / "contacts.csv").read_text(encoding="utf-8")
    assert find_hidden(kept) == ALL
    record_property(
        "counted",
        f"{len(watch.commands)} commands in {watch.lines} lines ({watch.done} done), {watch.outputs} outputs,"
        f" {files} files, {watch.own} own words read back, {len(watch.finds)} finds",
    )
    assert watch.finds == []


@pytest.mark.parametrize("story", ["orders", "people", "ledger", "rules"])
def test_no_writing_command_tells_of_a_customer(
    story: str, watch: Watch, record_property: Callable[[str, object], None]
) -> None:
    watch("new-order", "--read-back", *(TYPED.get(word, word) for word in CALL))
    watch.tell(story)
    tell_counts(watch, record_property)


MAP = """register: orders
columns: {source_ref: n, at: t, content: x, service: s, caller: who, phone: p, address: where}
constants: {kind: request}
"""
GOOD = f"1,2026-11-02 08:40,漏水,plumbing,{NAME},{PHONE},{ADDRESS}\n"
MOVED = "1,2026-11-02 08:40,漏水,plumbing,陈样例,138-0000-0003,1号楼101\n"
BAD = (
    f"2,2026-11-02 08:40,漏水,nosuch,{NAME},{PHONE},{ADDRESS}\n"
    f"3,2027-11-02 08:40,漏水,plumbing,{NAME},{PHONE},{ADDRESS}{'长' * 20_000}\n"
    f"4,2026-11-02 08:40,漏水,plumbing,{NAME},{PHONE}\n"
)


def test_no_import_tells_of_a_customer(watch: Watch, record_property: Callable[[str, object], None]) -> None:
    """A file is not what somebody says on the phone: of its customers too, nothing is told."""
    (watch.folder / "typed" / "map.yaml").write_text(MAP, encoding="utf-8")
    take = ("records", "import", "typed/h.csv", "--map", "typed/map.yaml")
    for rows in (BAD, GOOD, MOVED, GOOD):
        (watch.folder / "typed" / "h.csv").write_text(f"n,t,x,s,who,p,where\n{rows}", encoding="utf-8")
        for form in PRINTED:
            watch(*take, "--dry-run", "--update", "--format", form)
        watch(*take, "--on-error", "skip", "--update")
        watch("records", "import", "typed/h.csv", "--suggest-map")
    shown = watch.run("show", "1", "--reveal", "--reason", "核对", "--as", "lin", "--now", watch.now.isoformat())
    assert find_hidden(shown.out) == ALL
    tell_counts(watch, record_property)


def test_no_damage_to_the_contacts_tells_of_a_customer(
    watch: Watch, record_property: Callable[[str, object], None]
) -> None:
    watch("new-order", *(TYPED.get(word, word) for word in CALL))
    path = watch.folder / "records" / "private" / "contacts.csv"
    whole = path.read_bytes()
    line = whole.split(b"\n")[1]
    damaged = (
        whole + line.rpartition(b",")[0] + b"\n",
        whole + line.decode().encode("gb18030") + b"\n",
        whole + line[:-9],
        whole.replace(line, b"x" + line),
        whole.replace(line, line + b",,,"),
        line,
    )
    reading = [begin(each) for each in list_table() if not each.takes("dry_run") and each.name not in ("init", "help")]
    for data in damaged:
        path.write_bytes(data)
        for argv in (["show", "1"], ["list"], ["records", "check"], ["new-order", *MORE["new-order"], "--dry-run"]):
            watch(*argv)
    for argv in reading:
        watch(*argv)
    tell_counts(watch, record_property)
