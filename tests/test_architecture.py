"""The walls of the house: who imports whom, what pure rooms never touch, what a daily command never loads."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from transcripts import Result

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dispatchctl"

# A room may import those that its arrows point to, and no others; errors are for anyone.
ARROWS = {
    "__main__": {"cli"},
    "cli": {"commands", "options", "output", "recorded", "workspace"},
    "commands": {"desk", "options", "output", "recorded", "registers", "reports", "workspace"},
    "options": {"typed", "output", "policy", "workspace"},
    "workspace": {"config", "typed", "output", "recorded", "registers"},
    "typed": {"output"},
    "config": {"cache"},
    "cache": set(),
    "recorded": set(),
    "desk": {
        *("cache", "typed", "exchange", "output", "policy", "registers", "reports", "rules", "samples", "store"),
        "workspace",
    },
    "reports": {"policy", "registers", "rules", "store"},
    "rules": {"policy", "registers"},
    "policy": {"registers", "samples"},  # what a desk has that writes no measures
    "store": {"cache", "registers"},
    "output": {"registers"},
    "exchange": {"policy", "registers"},  # policy's safe loader of YAML
    "registers": set(),
    "samples": set(),
    "errors": set(),
    "sizes": set(),
}
PURE = ("registers", "policy", "rules")
FORBIDDEN_TO_PURE = {"click", "csv", "sqlite3", "pathlib", "os", "io", "time", "subprocess", "socket", "shutil"}
CLOCKS = {"now", "utcnow", "today"}
HEAVY = (
    "asyncio", "dateutil", "difflib", "email", "importlib.metadata", "jinja2", "logging", "tabulate", "wcwidth", "yaml",
)  # fmt: skip


def list_modules(folder: str = "") -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


def name_module(path: Path) -> str:
    """The dotted name of a module of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def list_imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that a module imports, wherever in it; of `from a import b` it is `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name_module(path).split(".")
                cut = node.level - (path.name == "__init__.py")
                base = ".".join([*package[: len(package) - cut], *([base] if base else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def find_room(name: str) -> str:
    """The room of a dotted name: `rules` of dispatchctl.rules.calendar.Calendar, "" of the package's own names."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ARROWS else ""


def list_arrows(wanted: str = "") -> dict[str, set[str]]:
    """Module -> the modules that it imports, those inside functions and those for types too."""
    known = {name_module(path): path for path in list_modules()}
    arrows: dict[str, set[str]] = {name: set() for name in known if name.startswith(f"dispatchctl{wanted}")}
    for name in arrows:
        for _, imported in list_imports(known[name]):
            target = imported if imported in known else imported.rpartition(".")[0]
            if target in arrows and target != name:
                arrows[name].add(target)
    return arrows


def find_circle(arrows: dict[str, set[str]]) -> list[str]:
    """The names that stand in a circle, or lead to one and are led to by one; none where there is no circle."""
    left = {name: set(targets) for name, targets in arrows.items()}
    while True:
        ends = {name for name, targets in left.items() if not targets & left.keys()}
        starts = left.keys() - {target for name in left for target in left[name]}
        if not ends | starts:
            return sorted(left)
        left = {name: targets for name, targets in left.items() if name not in ends | starts}


def test_every_room_is_on_the_map() -> None:
    assert {name_module(path).split(".")[1] for path in list_modules() if path.parent != PACKAGE} <= set(ARROWS)
    assert {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} <= set(ARROWS)


def test_arrows_point_one_way() -> None:
    assert not find_circle({room: ARROWS[room] - {"errors"} for room in ARROWS})


def list_wrong(room: str) -> list[str]:
    """What a room imports beside its arrows, and arrows of it that nothing goes along."""
    paths = [PACKAGE / f"{room}.py"] if (PACKAGE / f"{room}.py").is_file() else list_modules(room)
    wrong = []
    used = set()
    for path in paths:
        for line, name in list_imports(path):
            target = find_room(name) if name.split(".")[0] == "dispatchctl" else ""
            used.add(target)
            if target and target not in ARROWS[room] | {room, "errors", "sizes"}:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {room} must not import {name}")
    return wrong + [f"{room} does not import {target}: take the arrow away" for target in sorted(ARROWS[room] - used)]


@pytest.mark.parametrize("room", ARROWS)
def test_a_room_imports_only_where_its_arrows_point(room: str) -> None:
    wrong = list_wrong(room)
    assert not wrong, "\n".join(wrong)


def test_one_module_masks_and_only_the_desk_sees_what_it_masks() -> None:
    contacts = "dispatchctl.desk.contacts"
    importers = {
        name: {name_module(path) for path in list_modules() if name in {each for _, each in list_imports(path)}}
        for name in (f"dispatchctl.rules.privacy.mask_{part}" for part in ("name", "phone", "address"))
    }
    assert importers == {name: {contacts} for name in importers}
    seeing = {name for name, targets in list_arrows().items() if contacts in targets}
    assert {find_room(name) for name in seeing} == {"desk"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not find_circle(list_arrows())


def test_rooms_of_the_desk_stand_on_the_ground_floor_and_in_no_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for name, targets in list_arrows(".desk").items():
        floor = [".".join(each.split(".")[2:-1]) for each in (name, *targets)]
        if (PACKAGE / "desk" / name.rpartition(".")[2]).is_dir():
            continue  # the room itself: its __init__ imports nothing
        rooms.setdefault(floor[0], set()).update(set(floor[1:]) - {floor[0]})
    assert not rooms.pop("")  # the ground floor imports no room
    assert not find_circle({room: targets - {""} for room, targets in rooms.items()})


def test_who_appends_rows_has_it_known_that_they_are_recorded() -> None:
    """Or a command that fails afterwards would say that nothing was (recorded.Recorded)."""
    found = set()
    for path in list_modules():
        names = {name.rpartition(".")[2] for _, name in list_imports(path)}
        if names & {"append_groups", "append_lines", "append_strips"} and "store" not in path.parts:
            found.add(path.relative_to(PACKAGE).as_posix())
            assert "recorded.appending(" in path.read_text(encoding="utf-8"), path
    assert found == {"desk/recording.py", "desk/imports/appends.py"}


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_do_no_io_and_ask_no_clock(room: str) -> None:
    wrong = []
    for path in list_modules(room):
        place = path.relative_to(ROOT)
        wrong += [
            f"{place}:{line}: imports {name}"
            for line, name in list_imports(path)
            if name.split(".")[0] in FORBIDDEN_TO_PURE
        ]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
                wrong.append(f"{place}:{node.lineno}: asks for the time")
            elif isinstance(node.func, ast.Name) and node.func.id in ("open", "input", "print"):
                wrong.append(f"{place}:{node.lineno}: calls {node.func.id}")
    assert not wrong, "\n".join(wrong)


def test_no_pickle_anywhere() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in list_modules()
        for line, name in list_imports(path)
        if name.split(".")[0] in ("pickle", "shelve", "dill", "cloudpickle")
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_says_what_it_is_for() -> None:
    paths = [*list_modules(), *(ROOT / "tests").rglob("*.py")]
    wrong = [str(path.relative_to(ROOT)) for path in paths if not ast.get_docstring(ast.parse(path.read_bytes()))]
    assert not wrong, "\n".join(wrong)


WRITTEN = (".py", ".md", ".cfg", ".toml", ".txt", ".yaml", ".sh", ".test")


def list_texts() -> Iterator[Path]:
    """The written files of the project: code, settings and documents, without records and what tools made."""
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name in (".ci", ".github") or not name.startswith(".")]
        names[:] = [name for name in names if name not in ("build", "dist", "records", "__pycache__")]
        names[:] = [name for name in names if not name.endswith(".egg-info")]
        for name in files:
            if name.endswith(WRITTEN) or name in ("run", "Makefile"):
                yield Path(folder) / name


def test_the_project_names_no_path_of_the_machine_it_was_written_on() -> None:
    machine = re.compile(r"(?<![\w/.$}])/(?:root|tmp|work|Users|home/(?!you\b|\.\.\.))(?:/|\b)")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in list_texts()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1)
        if machine.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def list_loaded(argv: list[str], folder: Path) -> set[str]:
    """The modules of HEAVY that a command line, run in a process of its own, has loaded when it ends."""
    script = (
        "import sys\n"
        "from dispatchctl.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "sys.stderr.write('\\n'.join(['', 'loaded:', *sys.modules]))\n"
        "sys.exit(code)\n"
    )
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", script, *argv],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.partition("\nloaded:")[0]
    return set(done.stderr.partition("\nloaded:\n")[2].split("\n")) & set(HEAVY)


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["help", "formats"]], ids=" ".join)
def test_help_loads_nothing_heavy(argv: list[str], isolated: Path) -> None:
    assert list_loaded(argv, isolated) == set()


NEW_ORDER = [
    *("new-order", "-q", "--service", "plumbing", "--content", "厨房漏水"),
    *("--caller", "张示例", "--phone", "138-0000-0001", "--address", "3栋2单元501"),
]


DAILY = [
    NEW_ORDER,
    ["assign", "-q", "2", "wu"],
    ["ack", "-q", "1"],
    ["complete", "-q", "1"],
    ["overdue", "--format", "json"],
    ["urge", "-q", "--all"],
    ["worklist", "wu", "--format", "json"],
    ["status", "--format", "json"],
]


def test_a_daily_command_loads_nothing_heavy(demo: Path, run: Callable[..., Result]) -> None:
    # The login that isolates this process is not that of the new one, so the person is named.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPATCHCTL_AS", "lin")
        patch.setenv("DISPATCHCTL_NOW", "2026-11-02T09:00:00+08:00")
        worker = ["staff", "join", "wu", "--name", "吴示例", "--role", "field", "--skill", "plumbing"]
        for argv in (worker, NEW_ORDER, NEW_ORDER, ["assign", "1", "wu"]):
            first = run(*argv)
            assert first.code == 0, first.err
        patch.setenv("DISPATCHCTL_NOW", "2026-11-03T09:00:00+08:00")
        assert {argv[0]: list_loaded(argv, demo) for argv in DAILY} == {argv[0]: set() for argv in DAILY}


# Who asks the shipped pages without books: at the ends where there are none, or for words of the program's own. Where
# a function takes pages, SHIPPED may be what it takes by default.
BOOKLESS = {
    "desk.books": "it is where the pages of a folder are made",
    "desk.completion": "words are offered where no books can be opened",
    "output.labels": "a key or a state that is said without a page has its words on a shipped one",
    "commands.orders": "the options of a command are made before there are books",
    "commands.setup": "init makes the folder",
    "commands.verbs": "the options of a command are made before there are books",
    "workspace": "by itself it knows no folder",
}
OF_THE_TABLE = {"LETTERS", "SHIPPED"}


def list_defaults(tree: ast.AST) -> set[int]:
    """The nodes that stand as the default of a parameter, or of a field of a class."""
    found: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            found += [*node.defaults, *node.kw_defaults]
        elif isinstance(node, ast.ClassDef):
            found += [each.value for each in node.body if isinstance(each, ast.AnnAssign)]
    return {id(node) for node in found}


def test_pages_are_asked_of_the_books() -> None:
    wrong = []
    for path in list_modules():
        name = name_module(path).removeprefix("dispatchctl.")
        if name in BOOKLESS or name.split(".")[0] == "registers":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        table = {f"dispatchctl.registers.{each}" for each in OF_THE_TABLE - {"SHIPPED"}} | {"dispatchctl.registers"}
        wrong += [f"{name}:{line}: imports {each}" for line, each in list_imports(path) if each in table]
        allowed = list_defaults(tree)
        wrong += [
            f"{name}:{node.lineno}: asks SHIPPED"
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id == "SHIPPED" and id(node) not in allowed
        ]
    assert not wrong, "\n".join(wrong)
