"""Where records and rules are, who acts, what time it is, and how to print: what every command is handed.

Layer: between cli and the rest. Options, environment and config.yaml are merged here, later than parsing, so that an
option counts wherever it stands in the command line.
"""

import os
import sys
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TextIO, TypeVar

from dispatchctl.errors import IndexDamaged, Moved, NotFound, UsageFault
from dispatchctl.output.formatters import FILE_FORMATS, FORMATS, find_printed
from dispatchctl.recorded import Recorded

if TYPE_CHECKING:
    from dispatchctl.output.formatters.base import Format

if TYPE_CHECKING:
    from dispatchctl.registers import Pages

RUNS = 3  # of a command that finds its index damaged
Result = TypeVar("Result")

LANGUAGES = ("zh", "en")
COLORS = ("auto", "always", "never")
WAIT = "10"


class Settings(NamedTuple):
    """What options, environment and config.yaml said, in this order of weight; "" where none said anything."""

    records: str = ""
    policies: str = ""
    actor: str = ""
    now: str = ""
    as_of: str = ""
    format: str = ""
    lang: str = ""
    wait: str = ""
    color: str = ""
    fields: str = ""
    sort: str = ""
    quiet: bool = False
    headers: bool = True
    input: bool = True
    yes: bool = False
    debug: bool = False
    config: bool = True


SPELLED = {"actor": "as", "as_of": "as-of"}  # where the option's name is not the setting's
ENVIRONMENT = ("records", "policies", "actor", "now", "as_of", "format", "lang", "wait")
CONFIGURED = ("records", "policies", "actor", "format", "lang", "wait", "color")
MOMENTS = ("now", "as_of")
PATHS = ("records", "policies")
BLANKS = {"fields": ", ", "sort": "- "}  # a value of these characters only names nothing
ALLOWED = {"lang": LANGUAGES, "color": COLORS}


def check_setting(name: str, text: str, source: str) -> str:
    """The text itself, if the setting takes it; else UsageFault naming `source` (`--format`, `DISPATCHCTL_FORMAT`)."""
    from dispatchctl.typed import check_argument, refuse_word

    check_argument(source, text, path=name in PATHS)
    if not text.strip(BLANKS.get(name, "")):
        raise UsageFault("is empty", place=source)
    allowed = FORMATS + FILE_FORMATS if name == "format" else ALLOWED.get(name)
    if allowed and text not in allowed:
        raise refuse_word(source, text, ", ".join(allowed))
    if name == "wait":
        read_wait(text, source)
    if name in MOMENTS and text:  # whoever asks knows the zone; that it is a time is asked of every command
        from dispatchctl.typed import parse_when

        parse_when(text, "", 0, source, strict=True)
    return text


def read_wait(text: str, source: str) -> float:
    """Seconds to wait for the lock: 0 (try once) to 86400, both included."""
    from dispatchctl.typed import show_text

    try:
        seconds = float(text) if text.isascii() and "_" not in text else -1
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 86400:
        raise UsageFault(f"{show_text(text)} is not a number of seconds (allowed: 0 to 86400)", place=source)
    return seconds


class Workspace:
    """Handed to each command as `ctx.obj`. `given` collects the options as they are parsed; the last one wins.

    By itself it knows no rules: times without an offset are of the machine's zone, the language is the locale's, and
    keys have no titles. Whoever has read them asks for a `view` that does. `recorded` is the same for all of a command.
    """

    def __init__(self, given: dict[str, Any] | None = None) -> None:
        self.given: dict[str, Any] = given if given is not None else {}
        self._timezone = ""
        self._language = ""
        self._load_titles: Callable[[], Mapping[str, Mapping[str, str]]] | None = None
        self._pages: Pages | None = None
        self._settings: Settings | None = None
        self._sources: dict[str, str] = {}
        self._now: int | None = None
        self.recorded = Recorded()  # shared by all of a command, as is what follows
        self._held: list[ExitStack] = []
        self._kept: dict[Hashable, Any] = {}
        self._closing = ExitStack()

    # --- running again --------------------------------------------------------------------------------------------

    def carry_out(self, work: Callable[[], Result]) -> Result:
        """What `work` returns; it is done anew where what it had read was changed before it had the lock (Moved).

        So it is, a few times, where the index was found damaged and nothing had been recorded.
        """
        held: ExitStack | None = None
        damaged = 0
        with self._closing:
            while True:
                try:
                    with held or nullcontext():
                        self._held[:] = [held] if held else []
                        return work()
                except Moved as moved:
                    held = moved.held
                    self._now = None
                except IndexDamaged:
                    held = None
                    damaged += 1
                    if damaged == RUNS:
                        raise

    def hand_on(self, lock: AbstractContextManager[object]) -> None:
        """Have the next to take the lock use this one, which is held already; who gave it may let go of it too."""
        stack = ExitStack()
        stack.callback(lock.__exit__, None, None, None)
        self._held[:] = [stack]

    def take_held(self) -> ExitStack | None:
        """The lock that a command is run again with, which whoever takes it lets go of; None where there is none."""
        return self._held.pop() if self._held else None

    def keep(self, name: Hashable, make: Callable[[], Result]) -> Result:
        """What `make` answers, which a command that is run again does not do again: read standard input, hash files.

        What can be closed is closed when the command ends.
        """
        if name not in self._kept:
            self._kept[name] = made = make()
            close = getattr(made, "close", None)
            if close is not None:
                self._closing.callback(close)
        found: Result = self._kept[name]
        return found

    @property
    def settings(self) -> Settings:
        """The merged settings; fixed at first use, which is after the whole command line was parsed."""
        if self._settings is None:
            self._settings = self._merge()
        return self._settings

    def _merge(self) -> Settings:
        merged: dict[str, Any] = {}
        config: dict[str, str] = {}
        if self.given.get("config", True):
            from dispatchctl.config import read_config

            config = read_config()
        for name in CONFIGURED:
            key = SPELLED.get(name, name)
            if config.get(key):
                merged[name] = check_setting(name, config[key], f"config.yaml: {key}")
                self._sources[name] = f"config.yaml: {key}"
        for name in ENVIRONMENT:
            variable = "DISPATCHCTL_" + SPELLED.get(name, name).upper().replace("-", "_")
            if os.environ.get(variable) and name not in self.given:
                merged[name] = check_setting(name, os.environ[variable], variable)
                self._sources[name] = variable
        for name, value in self.given.items():
            merged[name] = value
            self._sources[name] = "--" + SPELLED.get(name, name)
        return Settings(**merged)

    def view(
        self,
        timezone: str,
        language: str = "",
        load_titles: Callable[[], Mapping[str, Mapping[str, str]]] | None = None,
        pages: "Pages | None" = None,
    ) -> "Workspace":
        """The same, as a folder with its rules sees it: timezone (IANA), language, titles of keys, registers."""
        _ = self.settings  # read once for all views
        seen = object.__new__(Workspace)
        seen.__dict__.update(self.__dict__)
        seen._timezone, seen._language, seen._load_titles, seen._pages = timezone, language, load_titles, pages
        return seen

    def plain(self) -> "Workspace":
        """The same without --fields and --sort: what was done is shown even where these name nothing."""
        seen = object.__new__(Workspace)
        seen.__dict__.update(self.__dict__)
        seen._settings = self.settings._replace(fields="", sort="")
        return seen

    def settle_in(self, records: str) -> "Workspace":
        """The same at this records folder, with the rules beside it: what `init` has just made."""
        return self.vary(records=records, policies="")

    def vary(self, **given: Any) -> "Workspace":
        """The same command with other options."""
        other = Workspace({**self.given, **given})
        other.recorded, other._held, other._kept, other._closing = self.recorded, self._held, self._kept, self._closing
        return other

    @property
    def records_path(self) -> str:
        """The records folder, absolute: as named, else `./records`, else the nearest parent's. NotFound if none."""
        named = self.settings.records
        if named:
            path = os.path.abspath(named)
            if not os.path.isdir(path):
                raise NotFound("no such folder of records", place=named, hint=f"make one: dispatchctl init {named!r}")
            return path
        try:
            folder = os.getcwd()
        except FileNotFoundError:
            raise NotFound("the present folder is gone", hint="change to another one, or name --records") from None
        while True:
            path = os.path.join(folder, "records")
            if os.path.isdir(path):
                return path
            parent = os.path.dirname(folder)
            if parent == folder:
                raise NotFound(
                    "no folder `records` here or above",
                    hint="make one: dispatchctl init; or name it: --records DIR, DISPATCHCTL_RECORDS",
                )
            folder = parent

    @property
    def policies_path(self) -> str:
        """The draft of the rules, absolute; whether it exists is for its reader to say."""
        named = self.settings.policies
        return os.path.abspath(named) if named else os.path.join(os.path.dirname(self.records_path), "policies.yaml")

    @property
    def wait(self) -> float:
        """Seconds to wait for the lock."""
        return read_wait(self.settings.wait or WAIT, self._sources.get("wait", "--wait"))

    @property
    def format(self) -> str:
        """One of FORMATS or FILE_FORMATS; `table` by default, on a terminal and in pipes alike."""
        return self.settings.format or FORMATS[0]

    @property
    def form(self) -> "Format":
        """The format of what goes to stdout. Raises UsageFault for one that only files have."""
        return find_printed(self.format)

    @property
    def lang(self) -> str:
        """`zh` or `en`: as set, else the policy's (once it is loaded), else the locale's."""
        if self.settings.lang:
            return self.settings.lang
        if self._language in LANGUAGES:
            return self._language
        places = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        return "zh" if next((place for place in places if place), "").lower().startswith("zh") else "en"

    @property
    def titles(self) -> Mapping[str, Mapping[str, str]]:
        """What people call the keys of a column: column -> key -> title; empty until the rules are loaded."""
        return self._load_titles() if self._load_titles is not None else {}

    @property
    def pages(self) -> "Pages":
        """The registers of the view; the shipped ones where it is of no folder."""
        if self._pages is None:
            from dispatchctl.registers import SHIPPED  # the help of the program needs none

            self._pages = SHIPPED
        return self._pages

    @property
    def quiet(self) -> bool:
        """Print ids only."""
        return self.settings.quiet

    @property
    def yes(self) -> bool:
        """Questions are answered with yes."""
        return self.settings.yes

    @property
    def headers(self) -> bool:
        """Headings are printed in tables, csv and tsv."""
        return self.settings.headers

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys chosen by --fields, in its order; () where it was not given."""
        return tuple(name.strip() for name in self.settings.fields.split(",") if name.strip())

    @property
    def sort(self) -> tuple[str, bool]:
        """(key, descending) of --sort; ("", False) where it was not given."""
        return self.settings.sort.removeprefix("-"), self.settings.sort.startswith("-")

    @property
    def now_given(self) -> bool:
        """The clock was set by hand (--now or DISPATCHCTL_NOW), so it judges but may not record outside a demo."""
        return bool(self.settings.now)

    def now(self) -> int:
        """The present in whole seconds since 1970 UTC: --now if given, else the system's clock, read once.

        A --now without an offset is a wall time of the view's timezone.
        """
        if self.settings.now:
            from dispatchctl.typed import parse_when

            source = self._sources.get("now", "--now")
            return parse_when(self.settings.now, self._timezone, int(time.time()), source, strict=True)
        if self._now is None:
            self._now = int(time.time())
        return self._now

    @property
    def as_of(self) -> int | Literal["now"] | None:
        """Epoch seconds up to which what was recorded counts; "now" as such; None where nothing was said."""
        text = self.settings.as_of
        if not text or text == "now":
            return "now" if text else None
        from dispatchctl.typed import parse_when

        return parse_when(text, self._timezone, self.now(), self._sources.get("as_of", "--as-of"), strict=True)

    def shown_at(self) -> int:
        """Epoch seconds of what is looked at, by whose year times are shortened: --as-of, a closing, else the present.

        So what is of a fixed time is printed the same whenever it is asked for.
        """
        as_of = self.as_of
        return as_of if isinstance(as_of, int) else self.now()

    def actor_login(self) -> tuple[str, str]:
        """(who was named by --as, DISPATCHCTL_AS or config.yaml, else ""; the OS user's name, else "")."""
        import pwd

        try:
            login = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            login = ""
        return self.settings.actor, login

    def interactive(self) -> bool:
        """Questions may be asked: stdin and stdout are terminals and --no-input was not given."""
        return self.settings.input and _is_terminal(sys.stdin) and _is_terminal(sys.stdout)

    def confirm(self, question: str) -> None:
        """Return if --yes was given or a person at the terminal agrees; else UsageFault. Nothing is asked in a pipe."""
        if self.yes:
            return
        if self.interactive():
            import click

            if click.confirm(question, err=True):
                return
            raise UsageFault("not confirmed, nothing was done")
        raise UsageFault(question, hint="answer beforehand with --yes")

    def use_color(self, stream: TextIO) -> bool:
        """Colour is wanted on `stream`: --color, else NO_COLOR, FORCE_COLOR, else config.yaml, else a terminal's."""
        choice = self.settings.color
        if choice and self._sources.get("color") == "--color" and choice != "auto":
            return choice == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        if choice in ("always", "never"):
            return choice == "always"
        return _is_terminal(stream) and os.environ.get("TERM") != "dumb"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
