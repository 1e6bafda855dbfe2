"""The command line: global options, the lazy table of commands, and the one place where errors become exit codes.

Layer: the top; imports the workspace, and a command's module only when that command runs. A command returns nothing,
or its exit code (1: a checking command found something).
"""

import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click

from dispatchctl import VERSION
from dispatchctl.commands import ALIASES, COMMANDS, GROUPS, SECTIONS, Lines
from dispatchctl.errors import BadData, DispatchError, OutcomeUnknown, UsageFault
from dispatchctl.options import GLOBAL_OPTIONS
from dispatchctl.output.terminal import tell, write_stdout
from dispatchctl.recorded import Recorded
from dispatchctl.workspace import Workspace

__all__ = ["COMMANDS", "GROUPS", "SECTIONS", "main", "root"]

PROGRAM = "dispatchctl"
COMPLETE = "_DISPATCHCTL_COMPLETE"
POINTER = f"Global options, before or after the command: see {PROGRAM} --help."
WIDEST = 110  # columns of the help on the widest screen
USAGE, SYSTEM, UNKNOWN = 2, 7, OutcomeUnknown.exit_code
INTERRUPTED, PIPE_CLOSED = 130, 141  # 141: what a shell says of a program killed by SIGPIPE
FAILED = (SYSTEM, UNKNOWN, INTERRUPTED, PIPE_CLOSED)  # all others refuse


class LazyGroup(click.Group):
    """A group whose commands are lines of a table; one is imported when it is called by name, never to be listed."""

    def __init__(self, name: str, lines: Lines, sections: dict[str, Lines], help_text: str, **rest: Any) -> None:
        super().__init__(name=name, help=help_text, **rest)
        self.lines = lines
        self.sections = sections

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse a line without a command in the same words whatever the release of click."""
        if not args and not ctx.resilient_parsing:
            raise click.UsageError("a verb is missing" if ctx.parent else "a command is missing", ctx)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None where the table has no such name."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in self.lines:
            return None
        from importlib import import_module

        module, _, attribute = self.lines[name][0].partition(":")
        command: click.Command = getattr(import_module(f"dispatchctl.commands.{module}"), attribute)
        return take_globals(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named by the first argument; UsageError with the nearest names where there is none."""
        command = self.get_command(ctx, args[0])
        if command is not None:
            return ALIASES.get(args[0], args[0]), command, args[1:]
        if ctx.resilient_parsing:
            return None, None, args[1:]
        raise UnknownCommand(args[0], self.suggest_names(args[0]), ctx)

    def suggest_names(self, wanted: str) -> list[str]:
        """Up to three names near to one that does not exist; of a verb that is some group's, the whole call."""
        from difflib import get_close_matches

        owners = [f"{group} {wanted}" for group, (_, verbs) in GROUPS.items() if wanted in verbs]
        return owners or get_close_matches(wanted, [*self.lines, *ALIASES], 3)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of the table."""
        for title, lines in self.sections.items():
            if lines:
                with formatter.section(title):
                    formatter.write_dl([(name, text) for name, (_, text) in lines.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Names from the table, then options."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=line[1]) for name, line in self.lines.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


class Root(LazyGroup):
    """The program: its commands, and its groups, which are made from the table when one is called."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, or a group of the table."""
        if cmd_name in GROUPS:
            help_text, verbs = GROUPS[cmd_name]
            group = LazyGroup(cmd_name, verbs, {"Verbs": verbs}, help_text)
            return take_globals(group)
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Make sure that there is a workspace for the options to go to."""
        if ctx.obj is None:
            ctx.obj = Workspace()
        return super().parse_args(ctx, args)


class UnknownCommand(click.UsageError):
    """No such command; `possibilities` are the nearest ones."""

    def __init__(self, name: str, possibilities: list[str], ctx: click.Context) -> None:
        super().__init__(f"no such command: {name}", ctx)
        self.possibilities = possibilities


def take_globals(command: click.Command) -> click.Command:
    """The command with the global options added, but for those whose names it uses itself; done once."""
    if any(option is param for param in command.params for option in GLOBAL_OPTIONS):
        return command
    own = {name for param in command.params for name in param.opts}
    command.params.extend(option for option in GLOBAL_OPTIONS if own.isdisjoint(option.opts))
    command.epilog = f"{command.epilog}\n\n{POINTER}" if command.epilog else POINTER
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            take_globals(verb)
    return command


def show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the version and leave."""
    if value and not ctx.resilient_parsing:
        write_stdout(f"{PROGRAM} {VERSION}\n")
        ctx.exit()


def build_root() -> Root:
    """The program's command, from the table."""
    groups: Lines = {name: ("", text) for name, (text, _) in GROUPS.items()}
    version = click.Option(
        ["-V", "--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show_version,
        help="Show the version and exit.",
    )
    return Root(
        PROGRAM,
        {**COMMANDS, **groups},
        {**SECTIONS, "Groups of verbs": groups},
        "Keep a service desk's registers as plain files, and carry out its regulations as written.",
        params=[*GLOBAL_OPTIONS, version],
        context_settings={"help_option_names": ["-h", "--help"]},
    )


root = build_root()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name; `sys.argv` by default) and return its exit code.

    Never raises and never leaves the process. Streams are UTF-8 whatever the locale. 141: nobody reads stdout any more.
    """
    workspace = Workspace()
    try:
        prepare_streams()
        args = list(sys.argv[1:] if argv is None else argv)
        code = run_command(args, workspace)
        write_stdout("")
        return code
    except SystemExit as leaving:  # a library may leave by it; its text, if any, is no exit code
        return leaving.code if isinstance(leaving.code, int) else USAGE if leaving.code else 0
    except BaseException as error:
        try:
            code = report_error(error, workspace.recorded, debug=bool(workspace.given.get("debug")))
        except KeyboardInterrupt:
            code = INTERRUPTED
        except MemoryError:
            code = UNKNOWN if workspace.recorded else SYSTEM
        drop_unwritten()
        return code


def run_command(args: list[str], workspace: Workspace) -> int:
    """Parse and run; the code that the command returned, or 0."""
    asked = os.environ.get(COMPLETE, "")
    if asked:
        from click.shell_completion import shell_complete

        try:
            understood = not shell_complete(root, {"obj": workspace}, PROGRAM, COMPLETE, asked)
        except (KeyError, ValueError):  # COMP_WORDS and COMP_CWORD are missing, or no numbers
            understood = False
        if not understood:
            raise UsageFault("is for the scripts of dispatchctl completion", place=COMPLETE)
        return 0
    return workspace.carry_out(lambda: invoke(args, workspace))


def invoke(args: list[str], workspace: Workspace) -> int:
    """Run the command once; its exit code."""
    try:
        with root.make_context(PROGRAM, args, obj=workspace, terminal_width=measure_width()) as ctx:
            result = root.invoke(ctx)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return result if isinstance(result, int) else 0


def measure_width() -> int:
    """Columns of the help: COLUMNS, else the terminal's, else 80; 50 to WIDEST. Click would import shutil to ask."""
    try:
        columns = int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns or 80
        except (OSError, ValueError, AttributeError):
            columns = 80
    return max(min(columns, WIDEST) - 2, 50)


def prepare_streams() -> None:
    """Make the standard streams UTF-8, and fill a closed one, lest a record file be opened under its number.

    Input that is not UTF-8 arrives as lone surrogates, which the store refuses by name; on output they are spelled out.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            # what nobody can be told of results is told as of a full disk; of messages it is no reason to fail
            handle = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
            continue
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace" if number else "surrogateescape")


def report_error(error: BaseException, recorded: Recorded, *, debug: bool = False) -> int:
    """Say on stderr what went wrong, one line a fault and a hint where there is one; return the exit code.

    A command that had recorded something says what, and is 75 whatever went wrong (but interrupted: 130). So is one
    that could not print what an earlier command with its key had recorded: 7 would say that nothing was.
    """
    if debug and not isinstance(error, KeyboardInterrupt | click.Abort):
        import traceback

        tell("".join(traceback.format_exception(error)).rstrip("\n"))
    message, hint, code = describe_error(error)
    told = message.replace("\n", " ")
    lines = list_fault_lines(error) if isinstance(error, BadData) else [f"{PROGRAM}: {told}"]
    if recorded or (recorded.before.count and code in FAILED):
        from dispatchctl.commands.unfinished import tell_unfinished

        tell_unfinished(lines, hint if isinstance(error, OutcomeUnknown) else "", recorded)
        return code if code == INTERRUPTED else UNKNOWN
    if code == PIPE_CLOSED:
        return code  # as silent as a program that SIGPIPE ends
    if code == SYSTEM and recorded.begun:
        lines[-1] += "; nothing was recorded"
    tell("\n".join(lines + ([f"hint: {hint}"] if hint else [])))
    return code


def list_fault_lines(error: BadData) -> list[str]:
    """A line for each fault, and below it its own hint, so that people are told what programs are."""
    if not error.faults or str(error) != str(BadData.of(error.faults)):
        return [f"{PROGRAM}: {line}" for line in str(error).split("\n")]
    lines = []
    for fault in error.faults:
        lines.append(f"{PROGRAM}: {fault}")
        if fault.hint and fault.hint not in fault.message and fault.hint != error.hint:
            lines.append(f"hint: {fault.hint}")
    return lines


def describe_error(error: BaseException) -> tuple[str, str, int]:
    """(message, hint or "", exit code) of anything that may be raised."""
    if isinstance(error, DispatchError):
        from dispatchctl.commands.spoken import say_hint

        return str(error), say_hint(error), error.exit_code
    if isinstance(error, click.UsageError):
        return describe_usage(error)
    if isinstance(error, KeyboardInterrupt | click.Abort | EOFError):
        return "interrupted", "", INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.format_message(), "", SYSTEM if isinstance(error, click.FileError) else USAGE
    if isinstance(error, BrokenPipeError):
        return "standard output: nobody reads it any more", "", PIPE_CLOSED
    if isinstance(error, MemoryError | RecursionError):
        return "out of memory" if isinstance(error, MemoryError) else "nested too deeply", "", SYSTEM
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        named = error.filename if error.filename is not None else ""
        place = os.fsdecode(named) if isinstance(named, str | bytes) else str(named)
        return f"{place}: {reason}" if place else reason, "", SYSTEM
    return (
        f"internal fault: {type(error).__name__}: {error}",
        "please report it, with what the same command says when run with --debug",
        SYSTEM,
    )


def describe_usage(error: click.UsageError) -> tuple[str, str, int]:
    """(message, hint, 2) of a wrong call: the command, what is wrong, and the nearest names or where to read on."""
    path = error.ctx.command_path if error.ctx is not None else PROGRAM
    place = path.removeprefix(PROGRAM).strip()
    near: Sequence[str] | None = getattr(error, "possibilities", None)
    if isinstance(error, click.NoSuchOption):
        message = f"no such option: {error.option_name}"
    else:
        message = " ".join(error.format_message().split())
    hint = f"did you mean {', '.join(near)}?" if near else f"see {path} --help"
    return f"{place}: {message}" if place else message, hint, USAGE


def drop_unwritten() -> None:
    """Send what stdout cannot take to nowhere, or the interpreter would complain on its way out and change the code."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, sys.stdout.fileno())
            os.close(quiet)
        except (OSError, ValueError):
            return
