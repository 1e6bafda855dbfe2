"""Values that mean nothing, one at a time in every option and argument of every command: refused in words, or kept.

The options come from the table of commands, so that one is tried from the day on which it is added. A writing command
is tried where a story (tests/stories.py) has come to the place at which it may happen, with everything else as the
story says it; what only looks is tried on the sample month.
"""

import csv
import io
import json
import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from stories import START, STEP, STORIES, copy_writer, join_staff, list_lines, read_files
from surroundings import LONG
from transcripts import Result

from dispatchctl.cli import COMMANDS, GROUPS, root
from dispatchctl.exchange import inputs
from dispatchctl.options import EXCUSE, KEY, PATH, GlobalOption
from dispatchctl.store.lines import escape_text
from dispatchctl.workspace import PATHS as PATH_SETTINGS

Run = Callable[..., Result]
Record = Callable[[str, object], None]

IMPOSSIBLE = (
    *("", " ", "\0", "2\x000", "\udcff", "\ud800", "\x1b[2J", "\u202e\u200b", "\ufeff", "长" * 14_000),
    *("9" * 5000, "99999999999999999999", "-1", "-0", "+1", "1_0", "٣", "５０", "½", "1e400", "1E+400", "NaN"),
    *("-Infinity", "0.001", "0x1F", "1,000", "1/0"),
    *("0000-01-01", "2026-02-30", "10000-01-01", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00"),
    *("2026-11-02T25:00", "-999999w", "0000-00", "2026-13", "99999999999h", "9" * 30 + "wd", "0h", "-2h"),
    *("O-99999999-9999", "O-20261102-99999999999999999999", "#", "A-20261102-0001#0", "--", "-", "=", "=1", "a=", "*"),
    *("[" * 300, "{}", "\\", "/", "."),
)  # fmt: skip
#: what has a meaning after all, by the name of an option's type: a time of today and one before now, nothing and
#: standard input, which is empty
MEANT = {"when": ("0h", "-2h"), "amount": ("-0",), "case": ("-",), "key": ("-",), "file": ("-",)}
FREE = ("text", "contact", "rule", "name", "id")  # types of an option that takes any text; so does one without a type
COMMON = ("at", "note", "request_id", "attach", EXCUSE)  # options of every writing command
TURN = 6  # in the short form those are tried by every so many commands
DOCUMENTED = (0, 1, 2, 3, 4, 5)
SECONDS = 20  # for one call, which needs some thousandths
LONGEST = 700  # characters of a line about one value
NOW = "2026-10-30T16:30:00+08:00"  # what the sample month takes for the present
#: of what only looks, lines to try it by
LOOKING = """
    suggest 1
    worklist s02
    overdue
    due --all --since 2026-10-29
    show 1
    list orders
    status
    appraise --month 2026-10
    report monthly --month 2026-10
    report daily --date 2026-10-29
    why on_time --month 2026-10
    doctor
    completion bash
    help exit-codes
    follow-up list 1
    ledger due --month 2026-10
    ledger fund
    ledger list --month 2026-10
    policy check policies.yaml
    policy show calendar
    policy versions
    policy diff
    policy what-if policies.yaml --month 2026-10
    policy schema
    records check
    records import rows.csv --map map.yaml --dry-run
    records adopt orders/2026-10.main --reason 试 --dry-run
    records rebuild
    records verify
    init made --me s99 --name 甲
"""
WHOLE = ("list", "report", "new-order")  # of which each global option is tried


def list_commands() -> dict[str, click.Command]:
    """Every command by its words, as the table has them."""
    ctx = click.Context(root)
    found = {name: _get(root, ctx, name) for name in COMMANDS}
    for group, (_, verbs) in GROUPS.items():
        found |= {f"{group} {verb}": _get(_get(root, ctx, group), ctx, verb) for verb in verbs}
    return found


def _get(group: Any, ctx: click.Context, name: str) -> Any:
    command = group.get_command(ctx, name)
    assert command is not None, name
    return command


TABLE = list_commands()


def takes_value(param: click.Parameter) -> bool:
    return not getattr(param, "is_flag", False)


class Recipe:
    """A command line taken apart by the command's own parser, to be put together with one value changed."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.words = next(words for words in (" ".join(argv[:2]), argv[0]) if words in TABLE)
        self.command = TABLE[self.words]
        context = click.Context(self.command, resilient_parsing=True, help_option_names=["-h", "--help"])
        opts, _, order = self.command.make_parser(context).parse_args(list(argv[len(self.words.split()) :]))
        self.given: dict[str, list[str]] = {}
        for param in dict.fromkeys(order):
            value = opts.get(param.name)
            if value not in (None, ()):
                self.given[str(param.name)] = list(value) if isinstance(value, list | tuple) else [str(value)]

    def list_params(self) -> list[click.Parameter]:
        """What takes a value, the global options of some commands."""
        return [
            param
            for param in self.command.params
            if takes_value(param) and (self.words in WHOLE or not isinstance(param, GlobalOption))
        ]

    def spell(self, changed: click.Parameter, value: str, common: Sequence[str] = ()) -> list[str]:
        """The words of the call in which the parameter has this value instead; common: options of every call."""
        options = [word for word in common if not word.startswith(f"{changed.opts[0]}=")]
        arguments = []
        for param in self.command.params:
            values = [value] if param is changed else self.given.get(str(param.name), [])
            if isinstance(param, click.Argument):
                arguments += values
            elif takes_value(param):
                options += [f"{param.opts[-1]}={each}" for each in values]
            else:
                options += [param.opts[0]] * len(values)
        return [*self.words.split(), *options, "--", *arguments]


class Tried:
    """What was tried, of how much, how it ended, and what was wrong."""

    def __init__(self) -> None:
        self.number = self.whole = 0
        self.codes: Counter[int] = Counter()
        self.wrong: list[str] = []

    def choose(self, param: click.Parameter) -> Sequence[str]:
        """The values to try with a parameter: all; in the short form one of them, the next time another one."""
        self.number += 1
        self.whole += len(IMPOSSIBLE)
        if LONG:
            return IMPOSSIBLE
        if param.name in COMMON and self.number % TURN:
            return ()
        return (IMPOSSIBLE[self.number * 7 % len(IMPOSSIBLE)],)

    def take(self, number: int, values: Sequence[str] = IMPOSSIBLE) -> Sequence[str]:
        """The values to try at a place: all; in the short form every eighth, at the next place others."""
        self.whole += len(values)
        return values if LONG else values[number * 3 % 8 :: 8]

    def run(self, run: Run, argv: Sequence[str], what: str, **rest: Any) -> Result:
        """Run a command that may do as told or refuse, in short words, and does not hang; what: is tried."""
        with limit_time():
            done = run(*argv, **rest)
        self.codes[done.code] += 1
        lines = [line for line in done.err.split("\n") if line and not line.startswith("hint: ")]
        self.expect(done.code in DOCUMENTED, what, done)
        self.expect("internal fault" not in done.err and "Traceback" not in done.err, what, done)
        self.expect(all(len(line) < LONGEST for line in lines), what, done)
        self.expect(done.code <= 1 or any(line.startswith("dispatchctl: ") for line in lines), what, done)
        return done

    def expect(self, right: object, what: str, done: Result) -> None:
        """Note what was tried and what came of it, where that is wrong."""
        if not right:
            self.wrong.append(f"{what}: exit {done.code}: {done.err[:200] or done.out[:200]}")

    def end(self, record_property: Record) -> None:
        """Print the counts, and fail where something was wrong."""
        calls = self.codes.total()
        record_property("tried", f"{calls} of {max(self.whole, calls)}")
        record_property("counted", ", ".join(f"{count} x exit {code}" for code, count in sorted(self.codes.items())))
        assert not self.wrong, "\n".join(dict.fromkeys(self.wrong))


@contextmanager
def limit_time() -> Iterator[None]:
    """What waits for ever is interrupted."""

    def give_up(signum: int, frame: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def say(recipe: Recipe, param: click.Parameter, value: str) -> str:
    return f"{recipe.words} {param.opts[-1]}={value[:40]!r}"


def may_keep(param: click.Parameter, value: str) -> bool:
    """Whether a command may do as told with this value of the parameter."""
    if param.type in (click.STRING, KEY) or param.type.name in FREE:
        return True
    if param.type is PATH and param.name == "folder":  # which is made
        return True
    return value in MEANT.get(param.type.name, ())


def is_kept(run: Run, argv: Sequence[str], value: str, folder: Path, copy: Path) -> Result | None:
    """None where what a command takes for a text stands on the disk afterwards; else what it said."""
    before = read_files(folder)
    shutil.copytree(folder, copy)
    done = run(*(word for word in argv if word != "--dry-run"), cwd=copy)
    after = read_files(copy)
    fresh = b"\n".join(data for name, data in after.items() if before.get(name) != data)
    shutil.rmtree(copy)
    text = escape_text(value.strip()).replace('"', '""').encode()
    return None if done.code == 0 and text in fresh else done


@pytest.mark.heavy
@pytest.mark.parametrize("story", STORIES)
def test_an_impossible_value_is_refused_or_kept(
    story: str, demo: Path, run: Run, tmp_path: Path, record_property: Record
) -> None:
    """Of what is kept, every tenth is written in earnest, and found again."""
    join_staff(run)
    (demo / "orders.csv").write_text("kind,content\ninquiry,几点下班\n")
    if story == "rules":
        copy_writer(demo, run)  # whose files are to be taken over
    tried, now, kept = Tried(), START, 0
    for line in list_lines(story):
        now = line.moment or now + STEP
        common = (f"--as={line.who}", f"--now={now.isoformat()}", *(["--note=备注"] if story == "review" else ()))
        for param in (recipe := Recipe(line.argv)).list_params() if not line.prepares else ():
            for value in tried.choose(param):
                argv = recipe.spell(param, value, (*common, "--dry-run"))
                what = say(recipe, param, value)
                done = tried.run(run, argv, what)
                if done.code == 0:
                    tried.expect(may_keep(param, value), what, done)
                    kept += 1
                    text = param.type in (click.STRING, KEY) and not isinstance(param, GlobalOption)
                    text &= param.name != EXCUSE  # which is kept where it is needed only
                    if text and any(map(str.isprintable, value.strip())) and kept % 10 == 0:
                        lost = is_kept(run, argv, value, demo, tmp_path / "copy")
                        tried.expect(lost is None, f"{what}, in earnest", lost or done)
        done = run(*line.argv, *common)
        assert done.code == 0, (line.text, done.err)
    tried.end(record_property)


@pytest.mark.heavy
def test_what_only_looks_refuses_an_impossible_value(sample: Path, run: Run, record_property: Record) -> None:
    (sample / "records/.writer").write_text("main\n")
    (sample / "rows.csv").write_text("no,at,what\nT-1,2026-10-05 10:00,漏水\n", encoding="utf-8")
    (sample / "map.yaml").write_text(
        "register: orders\ntimezone: Asia/Shanghai\ncolumns: {source_ref: no, at: at, content: what}\n"
        "constants: {kind: inquiry}\n",
        encoding="utf-8",
    )
    tried = Tried()
    for text in LOOKING.strip().split("\n"):
        argv = text.split()
        common = () if argv[0] == "init" else ("--as=s01", f"--now={NOW}")
        for param in (recipe := Recipe(argv)).list_params():
            for value in tried.choose(param):
                if recipe.words == "init" and value == "/":
                    continue  # nothing is made outside the test's own folder
                argv = recipe.spell(param, value, common)
                what = say(recipe, param, value)
                shutil.rmtree(sample / "made", ignore_errors=True)
                done = tried.run(run, argv, what)
                tried.expect(done.code or may_keep(param, value), what, done)
        shutil.rmtree(sample / "made", ignore_errors=True)
        done = run(*text.split(), *common)
        assert done.code in (0, 1) or "nothing to adopt" in done.err, (text, done.err)
    tried.end(record_property)


def test_every_command_is_tried() -> None:
    lines = [line.argv for story in STORIES for line in list_lines(story)] + [
        line.split() for line in LOOKING.strip().split("\n")
    ]
    assert set(TABLE) == {Recipe(argv).words for argv in lines}


def list_all() -> Iterator[tuple[list[str], click.Parameter]]:
    """Every option and argument that takes a value, with the words before it: the command's, and other arguments.

    The global options stand with one command; in the long form with each.
    """
    for words, command in TABLE.items():
        before: list[str] = []
        for param in filter(takes_value, command.params):
            if LONG or words == "list" or not isinstance(param, GlobalOption):
                yield [*words.split(), *before], param
            if isinstance(param, click.Argument):
                before.append("x")


def test_an_argument_is_a_text_wherever_it_stands(run: Run, record_property: Record) -> None:
    """None holds a NUL, and none but a path what is not UTF-8; it is named, and no folder of records is needed.

    In the short form every other one meets the one, the others the other.
    """
    tried = whole = 0
    for number, (before, param) in enumerate(list_all()):
        option = isinstance(param, click.Option)
        named = param.opts[0] if option else param.human_readable_name
        wrong = [("甲\0", "character 2 is a NUL"), ("甲乙\udcff", "character 3 is no character")]
        if param.type is PATH or param.name in ("records", "policies"):
            del wrong[1]
        whole += len(wrong)
        for value, told in wrong if LONG else wrong[number % len(wrong) :][:1]:
            done = run(*before, f"{param.opts[-1]}={value}" if option else value)
            assert (done.code, done.out) == (2, ""), (before, param.opts, done)
            assert done.err.startswith(f"dispatchctl: {named}: {told}"), (before, done.err)
            tried += 1
    assert tried > 700
    record_property("tried", f"{tried} of {whole}")


@pytest.mark.parametrize("setting", ["as: {}", "records: {}", "policies: {}", "lang: {}", "wait: {}", "format: {}"])
def test_a_setting_of_the_user_is_a_text(setting: str, isolated: Path, run: Run) -> None:
    place = isolated.parent / "home" / ".config" / "dispatchctl" / "config.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(setting.format('"a\\0b"'))
    done = run("list")
    assert (done.code, done.out) == (2, "")
    assert (
        done.err
        == f"dispatchctl: config.yaml: {setting.split(':')[0]}: character 2 is a NUL, which no text here can hold\n"
    )


# --- paths ------------------------------------------------------------------------------------------------------------


def make_places(folder: Path) -> dict[str, str]:
    """What a path may lead to that is no file to read or write, each by a word for it."""
    (folder / "plain").write_text("甲")
    folder = folder / "places"
    (folder / "folder").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    os.symlink("itself", folder / "itself")
    return {
        "folder": str(folder / "folder"),
        "nothing": "/dev/null",
        "pipe": str(folder / "pipe"),
        "missing": str(folder / "nowhere" / "x.csv"),
        "below a file": str(folder.parent / "plain" / "x.csv"),
        "long name": "长" * 100,
        "long path": "x/" * 3000,
        "circle": str(folder / "itself"),
        "no UTF-8": "\udcff\udcfe",
    }


#: a line for each path that a command takes, by a demo with an order; {} is the path
PATHS = """
    new-order --from {}
    ack 1 --attach {}
    show 1 --form -o {}
    report monthly --month 2026-11 -o {}
    policy check {}
    policy what-if {} --month 2026-11
    records import {} --map map.yaml
    records import {} --suggest-map
    records import rows.csv --map {}
    records adopt {} --reason 试
    records seal --month 2026-10 --sign {}
    records verify --allowed-signers {}
    --records {} list
    --policies {} list
    --policies {} policy check
    --policies {} policy publish
    --policies {} doctor
    --records {} doctor
    --records {} policy check
    init {} --me s99 --name 甲
"""
MADE = ("init", "-o")  # what is made where there is nothing yet


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for somebody to write to a pipe."""
    monkeypatch.setattr(inputs, "PATIENCE", 0.01)


@pytest.fixture
def begun(demo: Path, run: Run) -> Path:
    join_staff(run)
    order = ("new-order", "--service=plumbing", "--content=漏水", "--caller=张示例", "--phone=138-0000-0001")
    for words in ((*order, "--address=1号楼"), ("assign", "1", "wu")):
        done = run(*words, "--as=lin", f"--now={START.isoformat()}")
        assert done.code == 0, done.err
    (demo / "rows.csv").write_text("no,at,what\n")
    (demo / "map.yaml").write_text("register: orders\ntimezone: Asia/Shanghai\ncolumns: {source_ref: no, at: at}\n")
    return demo


@pytest.mark.usefixtures("quick")
def test_a_path_to_no_file_is_a_wrong_value(begun: Path, run: Run, record_property: Record) -> None:
    places, tried = make_places(begun), Tried()
    before = read_files(begun / "records")
    for line in PATHS.strip().split("\n"):
        for what, path in places.items():
            argv = [word.replace("{}", path) for word in line.split()]
            label = f"{line.strip()}, {what}"
            common = () if argv[0] == "init" else ("--as=lin", f"--now={START.isoformat()}")
            done = tried.run(run, [*argv, *common], label)
            tried.expect(done.code or any(word in line for word in MADE) or what == "nothing", label, done)
    assert read_files(begun / "records") == before
    tried.end(record_property)


def test_every_path_is_tried() -> None:
    taken = {
        (words, param.opts[-1]) for words, command in TABLE.items() for param in command.params if param.type is PATH
    }
    own = {(words, option) for words, option in taken if option != "--attach"}
    lines = [Recipe(line.split()) for line in PATHS.strip().split("\n") if not line.strip().startswith("--")]
    tried = {
        (recipe.words, param.opts[-1])
        for recipe in lines
        for param in recipe.command.params
        if "{}" in recipe.given.get(str(param.name), ())
    }
    assert own <= tried, own - tried
    assert set(PATH_SETTINGS) == {"records", "policies"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "variable", ["DISPATCHCTL_RECORDS", "DISPATCHCTL_POLICIES", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]
)
def test_a_path_of_the_environment_that_leads_nowhere_is_said_or_passed_over(
    variable: str, begun: Path, run: Run, record_property: Record
) -> None:
    """A cache is not needed, and where there is no config.yaml there are no settings; records and rules are."""
    tried = Tried()
    for what, path in make_places(begun).items():
        for argv in (["list"], ["policy", "check"], ["doctor"])[: 1 if variable.startswith("XDG") else 3]:
            common = ["--as=lin", f"--now={START.isoformat()}"]
            label = f"{variable}: {what}, {argv}"
            done = tried.run(run, [*argv, *common], label, env={variable: path})
            tried.expect(bool(done.code) != variable.startswith("XDG") or argv[0] == "doctor", label, done)
    tried.end(record_property)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_config_that_is_no_file_is_said(kind: str, isolated: Path, run: Run) -> None:
    place = isolated.parent / "home" / ".config" / "dispatchctl" / "config.yaml"
    place.parent.mkdir(parents=True)
    place.mkdir() if kind == "folder" else os.mkfifo(place)
    with limit_time():
        done = run("list")
    assert (done.code, done.out, done.err) == (5, "", f"dispatchctl: {place}: is not a regular file\n")


def test_a_pipe_is_read_to_its_end_once_somebody_writes(begun: Path, run: Run) -> None:
    os.mkfifo(begun / "pipe")
    rows = b"kind,content\ninquiry,\xe5\x87\xa0\xe7\x82\xb9\xe4\xb8\x8b\xe7\x8f\xad\n"
    writer = threading.Thread(target=(begun / "pipe").write_bytes, args=(rows,))
    writer.start()
    done = run("new-order", "--from=pipe", "--as=lin", f"--now={START.isoformat()}")
    writer.join()
    assert (done.code, done.err) == (0, ""), done


def test_a_folder_whose_name_is_no_utf_8_is_worked_in(isolated: Path, run: Run) -> None:
    place = isolated / "\udcff"
    assert run("init", "\udcff", "--me=lin", "--name=林示例").code == 0
    for cwd, more in ((place, ()), (isolated, ("--records=\udcff/records",))):
        done = run("new-order", "--kind=inquiry", "--content=几点下班", "--as=lin", "-q", *more, cwd=cwd)
        assert (done.code, done.err) == (0, ""), done
        assert done.out.strip() in run("list", "-q", *more, cwd=cwd).out
        assert run("records", "check", *more, cwd=cwd).code == 0
        assert run("doctor", "--as=lin", *more, cwd=cwd).code == 0
    assert run("records", "adopt", "/", "--reason=试", "--as=lin", cwd=place).code == 3


def test_a_file_whose_name_is_no_utf_8_is_a_file(begun: Path, run: Run) -> None:
    common = ("--as=lin", f"--now={START.isoformat()}")
    (begun / "\udcff.csv").write_text("kind,content\ninquiry,几点下班\n")
    done = run("new-order", "--from=\udcff.csv", *common)
    assert done.code == 0, done.err
    done = run("report", "monthly", "-o", "\udcfe.csv", *common)
    assert done.code == 0, done.err
    assert (begun / "\udcfe.csv").is_file()
    refused = run("ack", "1", "--attach=\udcff.csv", *common)  # its name would be a text in the row
    assert (refused.code, refused.out) == (2, "")
    assert "not valid Unicode" in refused.err


# --- files and standard input -----------------------------------------------------------------------------------------

#: of JSON and of YAML
SPELLED = (
    *("1e400", "-1e400", "-0", "0.001", "1" + "0" * 5000, "0." + "1" * 5000, "1e-400", "NaN", "Infinity"),
    *("true", "false", "[1]", "{}", "[[[[]]]]", "[" * 50_000, '"\\ud800"', '"٣"', '"５０"', '"0000-01-01"'),
    *('"10000-01-01"', '"9.30"', '"9999-12-31T23:59:59+14:00"', f'"{"x" * 40_960}"', '"99999999999h"', '"1,000"'),
)  # fmt: skip
ROW = {"kind": "request", "service": "plumbing", "content": "漏水", "caller": "张示例", "phone": "138-0000-0001"}
READ = ("price", "appointment", "at", "kind", "priority", "channel", "service", "department", "area")  # with a meaning


def offer(field: str, spelled: str, form: str) -> str:
    """A row of an order in which a field has a value as it is spelled in JSON, which is YAML too."""
    rest = json.dumps({**{name: text for name, text in ROW.items() if name != field}, "address": "1号楼"})
    return {"json": "[{}]", "lines": "{}\n", "yaml": "- {}\n"}[form].replace(
        "{}", f'{rest[:-1]}, "{field}": {spelled}}}'
    )


@pytest.mark.parametrize("form", ["json", "lines", "yaml"])
def test_a_value_of_a_row_is_refused_or_kept(form: str, begun: Path, run: Run, record_property: Record) -> None:
    """What is read as something is refused where it is nothing of that; in a text a number stands as it was written."""
    tried = Tried()
    common = ("new-order", "--from=-", "--as=lin", f"--now={START.isoformat()}", "--dry-run")
    for number, field in enumerate((*READ, "content", "source_ref", "note")):
        for spelled in tried.take(number, SPELLED):
            label = f"{form}: {field}: {spelled[:30]}"
            done = tried.run(run, common, label, input=offer(field, spelled, form))
            nothing = field in READ and (field, spelled) != ("price", '"9.30"')
            nothing = nothing or (spelled[0] in "[{tf" and form != "yaml")  # YAML knows texts only
            tried.expect(done.code == 5 or not nothing, label, done)
    tried.end(record_property)


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [("1e400", "1e400"), ("1e-400", "1e-400"), ("9" * 5000, "9" * 5000), ("1.50", "1.5"), ("NaN", "NaN"), ("7", "7")],
)
def test_a_number_in_a_text_is_no_other_number(spelled: str, kept: str, begun: Path, run: Run) -> None:
    common = ("--as=lin", f"--now={START.isoformat()}")
    done = run("new-order", "--from=-", "-q", *common, input=offer("content", spelled, "json"))
    assert done.code == 0, done.err
    assert json.loads(run("show", done.out.strip(), "--json", *common).out)["content"] == kept


def test_what_is_no_text_is_no_name_of_a_customer(begun: Path, run: Run) -> None:
    for spelled in ("true", "[1]", '{"a": 1}'):
        text = f'[{{"kind": "request", "service": "plumbing", "content": "x", "contact": {{"name": {spelled}}}}}]'
        done = run("new-order", "--from=-", "--as=lin", f"--now={START.isoformat()}", input=text)
        assert (done.code, done.err.split("\n")[0]) == (5, "dispatchctl: standard input#1: contact.name is not a text")


def test_a_cell_of_an_import_is_refused_or_kept(begun: Path, run: Run, record_property: Record) -> None:
    tried = Tried()
    (begun / "map.yaml").write_text(
        "register: orders\ntimezone: Asia/Shanghai\n"
        "columns: {source_ref: no, at: at, content: what, service: sv, price: price, appointment_at: due}\n"
        "constants: {kind: request}\n"
    )
    common = ("records", "import", "-", "--map=map.yaml", "--as=gao", f"--now={START.isoformat()}", "--dry-run")
    row = {
        "no": "T",
        "at": "2026-10-05 10:00",
        "what": "漏水",
        "sv": "plumbing",
        "price": "5",
        "due": "2026-10-06 10:00",
    }
    for number, column in enumerate(row):
        for value in tried.take(number):
            cells = {**row, column: value}
            table = io.StringIO()
            csv.writer(table).writerows([cells, cells.values()])
            for text in (table.getvalue().encode(errors="surrogatepass"), json.dumps(cells)):
                label = f"{column}: {value[:30]!r}"
                done = tried.run(run, common, label, input=text)
                if column in ("at", "sv", "price", "due") and value.strip():
                    tried.expect(done.code == 5, label, done)
    tried.end(record_property)


def test_an_id_on_standard_input_is_found_or_not(begun: Path, run: Run, record_property: Record) -> None:
    tried = Tried()
    lines = ("ack -", "ack - -0", "due -", "triage - --dispatch", "ledger propose -", "complaint explain -", "urge -")
    for number, line in enumerate(lines):
        for value in tried.take(number):
            words = [*line.split(), "--as=lin", f"--now={START.isoformat()}"]
            label = f"{line}: {value[:30]!r}"
            done = tried.run(run, words, label, input=value.encode(errors="surrogatepass"))
            tried.expect(done.code, label, done)
    tried.end(record_property)


def test_what_follows_the_sign_of_equality_is_refused_or_kept(begun: Path, run: Run, record_property: Record) -> None:
    """amend FIELD=VALUE and list --where FIELD=VALUE, and the field itself."""
    tried = Tried()
    fields = ("price", "appointment_at", "service", "priority", "channel", "kind", "content")
    for number, field in enumerate((*fields, "")):
        for value in tried.take(number):
            change = f"{field}={value}" if field else f"{value}=1"
            for words in (
                ["amend", "O-20261102-0001", change, "--reason=试", "--dry-run"],
                ["list", f"--where={change}"],
            ):
                label = f"{words[0]} {change[:40]!r}"
                done = tried.run(run, [*words, "--as=lin", f"--now={START.isoformat()}"], label)
                meant = field == "content" or (words[0] == "list" and not value)  # what has none of it
                meant = meant or (field == "appointment_at" and value in MEANT["when"])
                tried.expect(done.code or meant, label, done)
    tried.end(record_property)


OWN = (
    "DISPATCHCTL_AS",
    "DISPATCHCTL_NOW",
    "DISPATCHCTL_AS_OF",
    "DISPATCHCTL_FORMAT",
    "DISPATCHCTL_LANG",
    "DISPATCHCTL_WAIT",
)
OTHERS = ("COLUMNS", "LC_ALL", "NO_COLOR", "FORCE_COLOR", "TERM")


def test_a_variable_of_the_environment_is_refused_by_its_name(begun: Path, run: Run, record_property: Record) -> None:
    """What others say in theirs is passed over where it means nothing."""
    tried = Tried()
    for number, variable in enumerate((*OWN, *OTHERS)):
        for value in tried.take(number):
            if not value or "\0" in value or "\ud800" in value:  # one that is not set, and what no environment holds
                continue
            label = f"{variable}={value[:30]!r}"
            done = tried.run(
                run,
                ["worklist", "--now=2026-11-02"] if number > 1 else ["worklist"],
                label,
                env={"DISPATCHCTL_AS": "lin", variable: value},
            )
            meant = variable == "DISPATCHCTL_WAIT" and value in ("-0", "+1", "0.001")
            tried.expect(bool(done.code) == (variable in OWN and not meant), label, done)
            tried.expect(variable not in OWN[1:] or meant or variable in done.err, label, done)
    tried.end(record_property)
