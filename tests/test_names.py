"""One name, one meaning: no public class or function of the package is defined in two modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "dispatchctl"

#: the same thing under the same name on purpose
MEANT = {
    "main": "`python -m dispatchctl` runs the command line of cli.main and leaves the process",
}


def is_command(node: ast.ClassDef | ast.FunctionDef) -> bool:
    """Whether click makes a command of it, which is named by the word that is typed, in every group."""
    names = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
    return not names.isdisjoint({"command", "click.group"})


def list_names() -> Iterator[tuple[str, str]]:
    """(name, module) of every public class and function that stands at the top of a module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not (node.name.startswith("_") or is_command(node)):
                yield node.name, module


def test_no_public_name_is_defined_in_two_modules() -> None:
    found: dict[str, list[str]] = {}
    for name, module in list_names():
        found.setdefault(name, []).append(module)
    twice = {name: modules for name, modules in found.items() if len(modules) > 1}
    wrong = [f"{name}: {', '.join(twice[name])}" for name in sorted(twice.keys() - MEANT.keys())]
    assert not wrong, "\n".join(wrong)
    settled = sorted(MEANT.keys() - twice.keys())
    assert not settled, f"no longer twice, take them off the list: {', '.join(settled)}"
