"""Options shared by commands: click types, the global options, those of writing commands, of files and of ids.

Layer: between cli and commands. A wrong value names its option; what needs the policy's zone stays text until then.
"""

import functools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dispatchctl.errors import UsageFault
from dispatchctl.output.formatters import FORMATS
from dispatchctl.typed import (
    DAY_FORMS,
    MONEY_FORMS,
    MONTH_FORMS,
    SIGNED_FORMS,
    WHEN_FORMS,
    Writing,
    check_argument,
    is_blank,
    parse_day,
    parse_money,
    parse_month,
    parse_when,
    refuse_value,
    refuse_word,
)
from dispatchctl.workspace import Workspace, check_setting

__all__ = [
    "CASE",
    "COUNT",
    "COUNT_OR_ALL",
    "DAY",
    "GLOBAL_OPTIONS",
    "MEASURE",
    "MONEY",
    "MONTH",
    "NOT_GIVEN",
    "PATH",
    "REGISTER",
    "SIGNED_MONEY",
    "SPAN",
    "STAFF",
    "STATE",
    "WHEN",
    "GlobalOption",
    "KeyOf",
    "OneOf",
    "ShortOption",
    "Writing",
    "output_options",
    "parse_day",
    "parse_money",
    "parse_month",
    "parse_when",
    "pass_workspace",
    "present_writing_options",
    "read_ids",
    "read_span",
    "take_ids",
    "writing_options",
]

SPAN_FORMS = "a positive whole number and m, h, bm, bh, d, wd or w, such as 30m, 2h, 1wd"
MOST_TYPED = 64 << 20  # characters of ids on standard input
MOST = 10**18 - 1  # of items asked for; SQLite counts no further than 2^63
CANDIDATES = "dispatchctl.desk.completion"  # its list_candidates(workspace, kind, prefix) serves the shell's completion

Function = TypeVar("Function", bound=Callable[..., Any])
pass_workspace = click.pass_obj


def read_span(text: str, option: str = "--span") -> Any:
    """The Limit (number, unit) of a span as typed. Raises UsageFault naming `option`."""
    from dispatchctl.policy.spans import parse_span

    try:
        return parse_span(text.strip())
    except ValueError:
        raise refuse_value(option, text, SPAN_FORMS) from None


def _name_option(param: click.Parameter | None) -> str:
    if param is None:
        return "value"
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


if TYPE_CHECKING:
    Converter = click.ParamType[Any]
else:
    Converter = click.ParamType  # click before 8.4 has no type arguments


class _NotGiven(str):
    """An empty text that nobody typed: the default of an option whose typed values may not be empty."""


NOT_GIVEN = _NotGiven()


class GivenText(Converter):
    """A text as it is typed. An empty one is refused: it is what a script has of a variable that nobody set."""

    def __init__(self, name: str, allowed: str = "") -> None:
        self.name = name
        self.allowed = allowed

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """What the help shows for the value."""
        return self.name.upper()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text."""
        if value is NOT_GIVEN:
            return ""
        if isinstance(value, str) and is_blank(value):
            told = f" (allowed: {self.allowed})" if self.allowed else ""
            raise UsageFault(f"is empty{told}", place=_name_option(param))
        return value


class TypedText(GivenText):
    """A text whose reading waits for the policy's zone, without surrounding blanks. `kind` is what it completes to."""

    def __init__(self, name: str, allowed: str = "", kind: str = "") -> None:
        super().__init__(name, allowed)
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text without surrounding blanks."""
        return super().convert(
            value.strip() if isinstance(value, str) and value is not NOT_GIVEN else value, param, ctx
        )

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Candidates from the index; none where it cannot be read: TAB must never print an error."""
        if not self.kind:
            return []
        from importlib import import_module

        from click.shell_completion import CompletionItem

        try:
            found = import_module(CANDIDATES).list_candidates(ctx.find_object(Workspace), self.kind, incomplete)
            return [CompletionItem(value, help=text) for value, text in found]
        except Exception:  # whatever is wrong, the shell's line is no place to say it
            return []


class OneOf(TypedText):
    """One of some words; another is refused with those there are."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__("word", ", ".join(words))
        self.words = tuple(words)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """The words, as the help shows them."""
        demanded = isinstance(param, click.Argument) and param.required
        return ("{%s}" if demanded else "[%s]") % "|".join(self.words)

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """What is said besides where one that is demanded was not given."""
        return f"Choose from: {self.allowed}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word itself."""
        found = super().convert(value, param, ctx)
        if found and found not in self.words:
            raise refuse_word(_name_option(param), found, self.allowed)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """The words that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(word) for word in self.words if word.startswith(incomplete)]


class CountType(TypedText):
    """A whole number, from `low` on; the value is an int."""

    def __init__(self, low: int) -> None:
        super().__init__("n", f"a whole number, {low} to {MOST}")
        self.low = low

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; one that is a default already is kept."""
        if not isinstance(value, str):
            return value
        found = super().convert(value, param, ctx)
        digits = re.fullmatch(r"0*([0-9]{1,18})", found)
        if not digits or int(digits[1]) < self.low:
            raise refuse_value(_name_option(param), found, self.allowed)
        return int(digits[1])


class MoneyType(TypedText):
    """An amount of money; the value is its plain text with two places. signed: it may be below 0."""

    signed = False

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The amount as records hold it."""
        return "" if value is NOT_GIVEN else parse_money(value, _name_option(param), signed=self.signed)


class SignedMoneyType(MoneyType):
    """An amount that may be below 0."""

    signed = True


class SpanType(TypedText):
    """A span of time; the value is a Limit."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The Limit; a value that is one already is kept."""
        return read_span(value, _name_option(param)) if isinstance(value, str) else value


class KeyOf(TypedText):
    """A key of a section of the policy (service, area, ...), or its title; completes from it."""

    def __init__(self, section: str) -> None:
        super().__init__(section, kind=section)


WHEN = TypedText("when", WHEN_FORMS)
MONTH = TypedText("month", MONTH_FORMS)
DAY = TypedText("date", DAY_FORMS)
CASE = TypedText("case", kind="case")
STAFF = TypedText("staff", kind="staff")
STATE = TypedText("state", kind="state")
REGISTER = TypedText("register", kind="register")
PATH = GivenText("file")
KEY = GivenText("key")
MEASURE = GivenText("measure")
COUNT = CountType(1)
COUNT_OR_ALL = CountType(0)
MONEY = MoneyType("amount", MONEY_FORMS)
SIGNED_MONEY = SignedMoneyType("amount", SIGNED_FORMS)
SPAN = SpanType("span", SPAN_FORMS)


SAID = ("TEXT", "NAME", "P", "A", "REF")  # metavars of texts that are kept as somebody says them
EXCUSE = "excuse"  # the parameter of --reason, where a command has none of its own


class Command(click.Command):
    """A command whose own options are given once, but for those that take many: none of two values is dropped.

    Of the global options the last one counts, so that an alias of the shell may be overruled. A reason that a command
    asks for is also the one for which somebody does what only somebody else may. What somebody says is none where it is
    blank (is_blank), and missing where it must be given.
    """

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if any("--reason" in param.opts for param in self.params if param.name != EXCUSE):
            self.params = [param for param in self.params if param.name != EXCUSE]

    def make_parser(self, ctx: click.Context) -> Any:
        """The parser, which refuses an option that it meets again."""
        parser: Any = super().make_parser(ctx)
        if ctx.resilient_parsing:  # the shell asks for completions: a line under way is never an error
            return parser
        parse = parser.parse_args

        def parse_once(args: list[str]) -> Any:
            found = parse(args)
            met: set[str] = set()
            for param in found[2]:
                if isinstance(param, GlobalOption):
                    continue
                check_typed(param, found[0].get(param.name))
                if not isinstance(param, click.Option):
                    continue
                if param.multiple or param.is_flag or param.name not in met:
                    met.add(str(param.name))
                    continue
                raise click.UsageError(f"{_name_option(param)} is given twice", ctx)
            for param in found[2]:
                if isinstance(param, click.Option) and not isinstance(param, GlobalOption):
                    drop_blank(param, found[0], ctx)
            return found

        parser.parse_args = parse_once
        return parser


def drop_blank(param: click.Option, values: dict[str, Any], ctx: click.Context) -> None:
    """Take a blank text for none; UsageError where there must be one, UsageFault where it would name something."""
    value = values.get(str(param.name))
    if param.type is not click.STRING or not isinstance(value, str) or not is_blank(value):
        return
    if param.metavar in SAID:
        if param.required:
            raise click.MissingParameter(ctx=ctx, param=param)
        values[str(param.name)] = ""
    elif value:
        raise UsageFault("is empty", place=_name_option(param))


def check_typed(param: click.Parameter, typed: Any) -> None:
    """UsageFault where what was typed for an option or argument, one word or several, is no text (check_argument)."""
    for text in typed if isinstance(typed, list | tuple) else (typed,):
        if isinstance(text, str):
            check_argument(_name_option(param), text, path=param.type is PATH)


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """As click.command: the function as the command of that name."""
    return click.command(name, cls=Command)


class ShortOption(click.Option):
    """An option with a one-letter form, told to the parser as a whole word too.

    Click looks for a long option first and, not finding one, gathers near names, which costs every `-q` the import of
    difflib. The parser's tables are not public: where they are called otherwise, all that is lost is that time.
    """

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Register the option, its letter also among the long ones."""
        super().add_to_parser(parser, ctx)
        letters, words = getattr(parser, "_short_opt", {}), getattr(parser, "_long_opt", {})
        for spelled in self.opts:
            if spelled in letters:
                words[spelled] = letters[spelled]


class GlobalOption(ShortOption):
    """An option that counts wherever it stands: it goes into the workspace, and the one given last wins.

    Only the program's own help lists it; a command's help points there.
    """

    def __init__(self, decls: Sequence[str], setting: str, *, value: Any = None, **rest: Any) -> None:
        super().__init__(decls, expose_value=False, **rest)
        self.setting = setting
        self.fixed = value

    def handle_parse_result(self, ctx: click.Context, opts: Any, args: list[str]) -> tuple[Any, list[str]]:
        """Store the value, if there is one, in the workspace; nothing is done for an option that was not given."""
        if self.name in opts:
            value = opts[self.name] if self.fixed is None else self.fixed
            workspace = ctx.find_object(Workspace)
            if workspace is not None:
                if isinstance(value, str) and not ctx.resilient_parsing:
                    check_setting(self.setting, value, self.opts[0])
                workspace.given[self.setting] = value
        return None, args

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The line of the help, for the root only."""
        return super().get_help_record(ctx) if ctx.parent is None else None


def _switch(decls: Sequence[str], setting: str, value: Any, help_text: str) -> GlobalOption:
    return GlobalOption(decls, setting, value=value, is_flag=True, help=help_text)


def _complete_format(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    return [name for name in FORMATS if name.startswith(incomplete)]


GLOBAL_OPTIONS: tuple[GlobalOption, ...] = (
    GlobalOption(["--records"], "records", metavar="DIR", help="The records folder; else ./records or a parent's."),
    GlobalOption(["--policies"], "policies", metavar="FILE", help="The draft of the rules; else beside the records."),
    GlobalOption(["--as", "actor"], "actor", metavar="STAFF", help="Who acts; else whose login is the OS user."),
    GlobalOption(["--now"], "now", metavar="ISO", help="Judge as if this were the present."),
    GlobalOption(["--as-of"], "as_of", metavar="ISO", help="Judge by what had been recorded by then; or `now`."),
    GlobalOption(
        ["--format"],
        "format",
        metavar="F",
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}.",
        shell_complete=_complete_format,
    ),
    _switch(["--json"], "format", "json", "The same as --format json."),
    GlobalOption(["--lang"], "lang", metavar="zh|en", help="Language of headings and words; keys never change."),
    GlobalOption(["--wait"], "wait", metavar="S", help="Seconds to wait for the lock; 10 by default."),
    _switch(["-q", "--quiet"], "quiet", True, "Print ids only, one a line."),
    GlobalOption(["--fields"], "fields", metavar="A,B", help="Print these keys, in this order."),
    GlobalOption(["--sort"], "sort", metavar="[-]KEY", help="Sort by a key; with - the other way round."),
    _switch(["--no-headers"], "headers", False, "Leave out the headings of table, csv and tsv."),
    _switch(["--no-input"], "input", False, "Ask nothing, even on a terminal."),
    _switch(["--yes"], "yes", True, "Answer questions with yes."),
    GlobalOption(["--color"], "color", metavar="WHEN", help="auto, always or never."),
    _switch(["--no-config"], "config", False, "Leave config.yaml aside."),
    _switch(["--debug"], "debug", True, "Show where an error came from."),
)


def writing_options(function: Function) -> Function:
    """Give a command --at, --note, --request-id, --attach and --dry-run; it gets them as `writing`, a Writing."""
    told = "When it happened; now by default, never in the future."
    return _take_writing(function, click.option("--at", type=WHEN, help=told))


def present_writing_options(function: Function) -> Function:
    """The same for what is of its moment by nature: --at is no option of the help, and refused by name."""

    def run(*args: Any, writing: Writing, **rest: Any) -> Any:
        if writing.at:
            raise UsageFault("this is of the moment at which it is recorded, and takes no --at", place="--at")
        return function(*args, writing=writing, **rest)

    refusing: Any = functools.update_wrapper(run, function)
    result: Function = _take_writing(refusing, click.option("--at", type=WHEN, hidden=True))
    return result


def _take_writing(function: Function, at_option: Callable[..., Any]) -> Function:
    @functools.wraps(function)
    def run(
        *args: Any,
        at: str | None,
        note: str | None,
        request_id: str | None,
        attach: tuple[str, ...],
        dry_run: bool,
        excuse: str = "",
        **rest: Any,
    ) -> Any:
        workspace = click.get_current_context().find_object(Workspace)
        if workspace is not None and not workspace.quiet:
            _ = workspace.form  # one that only files have is refused before anything is recorded
        reason = excuse or rest.get("reason") or ""
        writing = Writing(at or "", note or "", request_id or "", tuple(attach), dry_run, str(reason))
        return function(*args, writing=writing, **rest)

    decorators = (
        at_option,
        click.option("--note", metavar="TEXT", help="A remark kept with the event."),
        click.option("--request-id", type=KEY, help="The same key again writes nothing and repeats the result."),
        click.option("--attach", type=PATH, multiple=True, help="Keep a copy of the file; may be repeated."),
        click.option("--reason", EXCUSE, metavar="TEXT", default="", help="Why you, where nobody who may is there."),
        click.option("-n", "--dry-run", cls=ShortOption, is_flag=True, help="Check and show, but record nothing."),
    )
    wrapped: Any = run
    for decorate in reversed(decorators):
        wrapped = decorate(wrapped)
    result: Function = wrapped
    return result


def output_options(function: Function) -> Function:
    """Give a command that writes files -o/--output FILE (format by its ending) and --force, as `output`, `force`."""
    function = click.option("--force", is_flag=True, help="Overwrite the file if it is there.")(function)
    return click.option(
        "-o", "--output", cls=ShortOption, type=PATH, help="Write to a file; its ending names the format."
    )(function)


def take_ids(name: str = "cases", *, kind: str = "case", required: bool = True) -> Callable[[Function], Function]:
    """Give a command ids as arguments (`-`: one a line on stdin, with -0 separated by NUL), as a tuple `name`."""

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def run(*args: Any, nul: bool, **rest: Any) -> Any:
            rest[name] = read_ids(rest[name], nul=nul)
            if required and not rest[name]:
                raise UsageFault("no id was given", place="standard input")
            return function(*args, **rest)

        zero = click.option(
            "-0", "nul", cls=ShortOption, is_flag=True, help="Ids on standard input are separated by NUL."
        )
        argument = click.argument(name, nargs=-1, required=required, type=TypedText(kind, kind=kind))
        wrapped: Any = argument(zero(run))
        result: Function = wrapped
        return result

    return decorate


def read_ids(values: Sequence[str], *, nul: bool = False) -> tuple[str, ...]:
    """The ids in order, `-` replaced by those on standard input; empty lines are passed over."""
    ids: list[str] = []
    for value in values:
        if value != "-":
            ids.append(value)
            continue
        import sys

        text = click.get_current_context().ensure_object(Workspace).keep(value, lambda: sys.stdin.read(MOST_TYPED + 1))
        if len(text) > MOST_TYPED:
            raise UsageFault(f"has more than {MOST_TYPED} characters of ids", place="standard input")
        ids.extend(item.strip() for item in text.split("\0" if nul else "\n") if item.strip())
    return tuple(ids)
