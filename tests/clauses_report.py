"""Which clauses of the regulations have a test: a count for each regulation, then the clauses without one.

Reads the marks `@pytest.mark.clause("ID", ...)` of all tests without importing them, and the list of clauses beside
the checkout where it is there. Only tells: the exit code is 0.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
CLAUSES = TESTS.parent.parent / "shared" / "spec" / "clauses.yaml"


def list_marks(source: str) -> Iterator[str]:
    """The ids named by `pytest.mark.clause(...)` anywhere in a module: decorators, params and `pytestmark`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def count_marks(folder: Path = TESTS) -> Counter[str]:
    """How often each clause is named by the tests below a folder."""
    return Counter(
        clause for path in sorted(folder.rglob("*.py")) for clause in list_marks(path.read_text(encoding="utf-8"))
    )


def read_clauses(text: str) -> dict[str, str]:
    """{id: capability} in the order of the list."""
    import yaml

    return {item["id"]: item["capability"] for item in yaml.safe_load(text)["clauses"]}


def describe_coverage(clauses: dict[str, str], marks: Counter[str]) -> list[str]:
    """The lines of the report."""
    prefixes = dict.fromkeys(clause.rpartition("-")[0] for clause in clauses)
    lines = []
    for prefix in prefixes:
        of = [clause for clause in clauses if clause.rpartition("-")[0] == prefix]
        lines.append(f"{prefix:<5} {sum(clause in marks for clause in of):>3} of {len(of):>3}")
    lines.append(f"all   {sum(clause in marks for clause in clauses):>3} of {len(clauses):>3}")
    missing: dict[str, list[str]] = {}
    for clause, capability in clauses.items():
        if clause not in marks:
            missing.setdefault(capability, []).append(clause)
    lines += [f"no test, {capability}: {' '.join(ids)}" for capability, ids in missing.items()]
    unknown = sorted(set(marks) - set(clauses))
    return lines + ([f"named by a test, but in no regulation: {' '.join(unknown)}"] if unknown else [])


def main() -> None:
    """Print the report, or the marks alone where the list of clauses is not there."""
    marks = count_marks()
    if CLAUSES.is_file():
        lines = describe_coverage(read_clauses(CLAUSES.read_text(encoding="utf-8")), marks)
    else:
        lines = ["the list of clauses is not beside the checkout; these are the ones that tests name:", *sorted(marks)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
