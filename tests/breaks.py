"""Break the one thing behind each clause, in a copy of the checkout, and see the clause's own tests turn red.

    python tests/breaks.py [--jobs 2] [--from CLAUSE] [CLAUSE | FILE ...]

`make breaks` runs it. The breaks are data, tests/clauses/breaks.yaml, whose head tells their form; ids of clauses and
names of files pick some, and a run that was cut off goes on from the clause that it came to. Every break that goes
unnoticed is printed, and the exit code is 1 if there is one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import dropwhile, groupby
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from clauses_report import read_marks

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "clauses" / "breaks.yaml"
RULES = "policies.yaml"
COPIES = {RULES: f"dispatchctl/samples/{RULES}"}  # what a test's desk begins with is the copy in the package
PATIENCE = 300  # seconds for the tests of a clause, which take one or two
LEFT_OUT = shutil.ignore_patterns(".venv*", ".git", ".*_cache", ".hypothesis", "*.egg-info", "build", "dist")


class Break(NamedTuple):
    """One thing made wrong: `old` in the block at `after` is `new`; a `new` of None takes the whole block away.

    file: relative to the checkout. test: a piece of the name of the test that must tell, "" for any of the clause.
    """

    clause: str
    file: str
    after: str
    old: str
    new: str | None
    test: str

    def __str__(self) -> str:
        place = f"{self.clause} {self.file}: {self.after!r} "
        return place + ("removed" if self.new is None else f"{self.old!r} -> {self.new!r}")


def read_table(text: str) -> tuple[list[Break], dict[str, str]]:
    """(the breaks, {clause: why it is held in part only}) of the table; ValueError on another form."""
    import yaml

    table = yaml.safe_load(text)
    return [_read_break(clause, item) for clause, items in table["breaks"].items() for item in items], table["partly"]


def _read_break(clause: str, item: dict[str, Any]) -> Break:
    whole = "remove" in item
    if item.keys() - {"in", "test"} not in ({"remove"}, {"old", "new"}, {"after", "old", "new"}):
        raise ValueError(f"{clause}: {item}: allowed are old and new, with after or without, or remove; in, test")
    after = item["remove"] if whole else item.get("after", "")
    return Break(clause, item.get("in", RULES), after, item.get("old", ""), item.get("new"), item.get("test", ""))


def apply_break(text: str, each: Break) -> str:
    """The text of its file with the break in it; ValueError where a place is not there exactly once."""
    start, end = 0, len(text)
    if each.after:
        start, end = _find_block(text, _find_once(text, each.after, 0, end))
    if each.new is None:
        return text[:start] + text[end:]
    at = _find_once(text, each.old, start, end)
    return text[:at] + each.new + text[at + len(each.old) :]


def _find_once(text: str, wanted: str, start: int, end: int) -> int:
    count = text.count(wanted, start, end)
    if count != 1:
        raise ValueError(f"{wanted!r} is there {count} times, not once")
    return text.index(wanted, start, end)


def _find_block(text: str, at: int) -> tuple[int, int]:
    """The entry or the body that a position is in.

    From its line, or where that goes on inside braces from the line that opens them, to the next one that is indented
    no deeper (and is not the end of a signature).
    """
    lines = text.splitlines(keepends=True)
    number = text.count("\n", 0, at)
    first = number
    while first and (_count_open(lines[first : number + 1]) < 0 or _count_open(lines[first - 1 : first]) > 0):
        first -= 1
    indent = len(lines[first]) - len(lines[first].lstrip(" "))
    after = number + 1
    while after < len(lines) and not re.match(rf" {{0,{indent}}}[^ \n)]", lines[after]):
        after += 1
    return sum(map(len, lines[:first])), sum(map(len, lines[:after]))


def _count_open(lines: list[str]) -> int:
    return sum(line.count("{") - line.count("}") for line in lines)


# --- running -------------------------------------------------------------------------------------------------------


@contextmanager
def broken(copy: Path, each: Break) -> Iterator[None]:
    """A copy of the checkout with a break in it, and without it afterwards, to the time of the file."""
    paths = [copy / name for name in (each.file, COPIES.get(each.file)) if name]
    kept = [(path, path.stat(), path.read_bytes()) for path in paths]
    try:
        for path, _, content in kept:
            path.write_text(apply_break(content.decode("utf-8"), each), encoding="utf-8")
        yield
    finally:
        for path, stat, content in kept:  # what Python compiled of the whole file is that of its time and size
            path.write_bytes(content)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def run_tests(copy: Path, clauses: Iterable[str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of some clauses in a copy."""
    wanted = set(clauses)
    files = [str(path.relative_to(ROOT)) for path, marks in read_marks().items() if marks & wanted]
    words = [word for clause in sorted(wanted) for word in ("--clause", clause)]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist",
         f"--basetemp={copy.parent / 'tmp'}", *words, *options, *files],
        cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def try_break(copy: Path, each: Break) -> str:
    """What is wrong with a break or its tests; "" where they turn red, as they should."""
    try:
        with broken(copy, each):
            done = run_tests(copy, [each.clause], *(("-k", each.test) if each.test else ()))
    except ValueError as error:
        return str(error)
    except subprocess.TimeoutExpired:
        return f"is no answer in {PATIENCE} s"
    if done.returncode == 1 and re.search(r"^\d+ failed", done.stdout.rstrip().rpartition("\n")[2]):
        return ""
    if done.returncode == 0:
        return "goes unnoticed"
    return f"is no answer (exit code {done.returncode}): " + " ".join(done.stdout.split("\n")[-3:])


def copy_checkout(folder: Path) -> Path:
    """A copy of the checkout in an empty folder, with `shared` beside it where there is one."""
    copy = folder / "main"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    if (ROOT.parent / "shared").is_dir():
        (folder / "shared").symlink_to((ROOT.parent / "shared").resolve())
    return copy


def run_all(breaks: list[Break], jobs: int) -> int:
    """Try them all, in as many copies as there are jobs, and tell of each clause; how many went unnoticed."""
    copies: SimpleQueue[Path] = SimpleQueue()
    missed = 0
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(jobs) as pool:
        for number in range(jobs):
            copies.put(copy_checkout(Path(scratch, str(number))))

        def take_copy(each: Break) -> str:
            copy = copies.get()
            try:
                return try_break(copy, each)
            finally:
                copies.put(copy)

        copy = copies.get()
        whole = run_tests(copy, {each.clause for each in breaks})
        copies.put(copy)
        if whole.returncode:
            sys.exit(f"the tests must pass before anything is broken:\n{whole.stdout}{whole.stderr}")
        answers = zip(breaks, pool.map(take_copy, breaks), strict=True)
        try:
            for clause, of in groupby(answers, lambda answer: answer[0].clause):
                wrong = [f"  {each} {why}" if why else "" for each, why in of]
                print(f"{clause}: {wrong.count('')} of {len(wrong)} seen", *filter(None, wrong), sep="\n", flush=True)
                missed += sum(map(bool, wrong))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit("cut off; --from CLAUSE goes on from there")
    return missed


def pick_breaks(breaks: list[Break], wanted: set[str], first: str) -> list[Break]:
    """Those of the clauses and files that are wanted (all, where none is named), from the first clause on."""
    known = {name for each in breaks for name in (each.clause, each.file)}
    if unknown := ({*wanted, first} - {""}) - known:
        sys.exit(f"no break is of {', '.join(sorted(unknown))}")
    after = list(dropwhile(lambda each: first not in ("", each.clause), breaks))
    return [each for each in after if not wanted or {each.clause, each.file} & wanted]


def main() -> None:
    """Read the words, try the breaks, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-j", "--jobs", type=int, default=2, help="how many are tried at a time")
    parser.add_argument("--from", dest="first", default="", metavar="CLAUSE", help="go on from the breaks of this one")
    parser.add_argument("wanted", nargs="*", metavar="CLAUSE|FILE", help="only the breaks of these")
    words = parser.parse_args()
    table, _ = read_table(TABLE.read_text(encoding="utf-8"))
    breaks = pick_breaks(table, set(words.wanted), words.first)
    missed = run_all(breaks, words.jobs)
    clauses = len({each.clause for each in breaks})
    print(f"{len(breaks)} breaks of {clauses} clauses: {len(breaks) - missed} turn red, {missed} do not")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
