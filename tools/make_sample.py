"""Make records/ anew: a month of a fictitious service centre, told to the command line step by step. Tool.

    python tools/make_sample.py [FOLDER]

The rows come from dispatchctl itself, at times that --now fixes, so that the same program and the same policies.yaml
make the same bytes on any machine. FOLDER is records/ of this checkout by default; what it held is replaced.
"""

import argparse
import contextlib
import heapq
import io
import os
import pwd
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from sample_cases import list_cases  # noqa: E402
from sample_hours import is_workday, moment  # noqa: E402
from sample_steps import SPECIAL, Customer, Reply, Step, Steps, assigned, run_batches, taken  # noqa: E402
from sample_stories import Story  # noqa: E402
from sample_texts import DUPLICATES, HEADS, INQUIRIES, SERVICES, STAFF, SUGGESTIONS, Line  # noqa: E402

END = moment(30, 16, 20)  # the last row of the month; the demo looks at 16:30
LEFT_OUT = (".lock", ".writer", "private")  # what belongs to one machine, or to customers
REPORTED = ("lighting", "hygiene", "parking")  # what passers-by report rather than order
UNPAID = "the wage is not known"  # pay is private, and the sample has none
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = ("示例", "样例", "范例", "演示")


def list_customers(rng: Random) -> list[Customer]:
    """Eighty residents who plainly do not exist, each with a flat."""
    found = []
    for number in range(80):
        name = SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES)]
        tower, unit, floor, room = 1 + number % 4, rng.randint(1, 3), rng.randint(1, 18), rng.randint(1, 4)
        address = f"{tower}号楼{unit}单元{floor}{room:02d}"
        found.append(Customer(name, f"138-0000-{number + 1:04d}", address, f"tower-{tower}"))
    return found


def choose_time(rng: Random, line: Line, service: str) -> datetime:
    """When the call comes: mostly in working hours, fewer on days off, noise in the evening."""
    days = [moment(day) for day in range(1, 31)]
    weights = [10 if is_workday(day.date()) else 3 for day in days]
    day = moment(line.day) if line.day else rng.choices(days, weights)[0]
    if line.turn == "duplicate":
        raise ValueError("a duplicate comes after its original")
    if service == "noise" and rng.random() < 0.5 and day.day < 29:
        minute = rng.randint(19 * 60, 22 * 60)
    elif not is_workday(day.date()):
        minute = rng.randint(9 * 60, 17 * 60)
    elif rng.random() < 0.1 and day.day < 29:
        minute = rng.randint(18 * 60, 20 * 60 + 30)
    else:
        minute = rng.choice((rng.randint(8 * 60 + 35, 11 * 60 + 50), rng.randint(13 * 60 + 30, 17 * 60)))
    if day.day == 30:
        minute = 8 * 60 + 40 + minute % 90  # early enough for something to follow
    return day + timedelta(minutes=minute, seconds=rng.randint(0, 59))


def list_stories() -> list[Story]:
    """Every order with its time and customer."""
    rng = Random(20261001)
    customers = list_customers(rng)
    stories = []
    kinds: list[tuple[str, str, Sequence[Line]]] = [("request", name, lines) for name, lines in SERVICES.items()]
    kinds += [("inquiry", "inquiries", INQUIRIES), ("suggestion", "suggestions", SUGGESTIONS)]
    for kind, name, lines in kinds:
        for number, line in enumerate(lines):
            reported = bool(line.place) and (name in SPECIAL or (name in REPORTED and number % 2 == 0))
            at = choose_time(rng, line, name)
            stories.append(Story((name, number), "report" if reported else kind, line, at, rng.choice(customers)))
    originals = {story.place: story for story in stories}
    for number, line in enumerate(DUPLICATES):
        service, _, place = line.turn.partition(":")[2].partition("/")
        first = originals[service, int(place)]
        story = Story(
            (service, 100 + number), "report", line._replace(place=first.line.place), first.at, first.customer
        )
        story.at = first.at + timedelta(minutes=rng.randint(20, 50), seconds=7)
        story.customer = rng.choice(customers)
        stories.append(story)
    return stories


def run_office() -> Steps:
    """What happens beside the orders: people's files, and the rules put in force."""
    post = ("--role", "general-manager", "--department", "desk", "--reason", "任命为项目总经理")
    for staff, name, role, department, manager, skills, areas, phone in STAFF[1:]:
        argv = ["staff", "join", staff, "--name", name, "--role", role, "--department", department]
        argv += ["--manager", manager, "--login", staff, "--phone", phone]
        argv += [word for skill in skills for word in ("--skill", skill)]
        argv += [word for area in areas for word in ("--area", area)]
        argv += ["--heads", HEADS[staff]] if staff in HEADS else []
        argv += [] if staff == "s07" else ["--regular"]
        yield Step(moment(28, 9, 5, month=9), "s01", tuple(argv))
    yield Step(moment(28, 9, 8, month=9), "s02", ("staff", "promote", "s01", *post))  # nobody promotes himself
    yield Step(moment(28, 10, 0, month=9), "s01", ("policy", "publish", "-q"))
    learnt = ("--skill", "hvac", "--skill", "carpentry", "--skill", "masonry")
    yield Step(moment(8, 9, 0), "s02", ("staff", "change", "s07", *learnt, "--note", "泥瓦工操作考核合格"))
    yield Step(moment(14, 16, 0), "s07", ("staff", "ask-regularisation", "s07", "--comment", "试用期工作总结已交"))
    yield Step(moment(15, 10, 0), "s04", ("staff", "comment", "s07", "--comment", "手艺扎实，到场及时，同意转正"))
    yield Step(moment(16, 10, 0), "s01", ("staff", "regularise", "s07", "--reason", "试用期考核合格"))


def run_urgings() -> Steps:
    """What cron does twice a day."""
    for day in range(1, 31):
        for hour in (9, 15):
            yield Step(moment(day, hour, 10), "system", ("--as", "system", "urge", "--all", "-q"))


def run_program(argv: Sequence[str]) -> tuple[int, str, str]:
    """One command line in this process: (exit code, stdout, stderr)."""
    from dispatchctl.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(argv))
    return code, out.getvalue(), err.getvalue()


def run_step(step: Step) -> Reply:
    """Run one step; SystemExit where it does not end as it should."""
    if not step.argv:
        return Reply(0, "")
    argv = ["--now", step.at.isoformat(), *step.argv]
    if step.who != "system":
        argv += ["--as", step.who]
    code, out, err = run_program(argv)
    if code not in step.codes or ("warning" in err and UNPAID not in err):
        sys.exit(f"dispatchctl {' '.join(argv)}\nexit {code}\n{out}{err}")
    return Reply(code, out)


def play(actors: Sequence[Steps]) -> int:
    """Run the steps of all actors in the order of their times, up to END; how many were run."""
    queue: list[tuple[datetime, int, Step]] = []
    count = 0

    def proceed(number: int, reply: Reply | None) -> None:
        try:
            step = next(actors[number]) if reply is None else actors[number].send(reply)
        except StopIteration:
            return
        if step.at <= END:
            heapq.heappush(queue, (step.at, number, step))

    for number in range(len(actors)):
        proceed(number, None)
    while queue:
        _, number, step = heapq.heappop(queue)
        count += bool(step.argv)
        proceed(number, run_step(step))
    return count


@contextlib.contextmanager
def isolate(folder: Path) -> Iterator[None]:
    """Work in a folder with nothing of whoever runs this: no settings, no login, no home, UTC."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DISPATCHCTL_", "LC_", "XDG_"))}
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config")}
    entry = pwd.struct_passwd(("s01", "x", os.geteuid(), os.getegid(), "", str(folder), "/bin/sh"))
    with (
        mock.patch.dict(os.environ, {**kept, **home, "LANG": "C.UTF-8", "TZ": "UTC"}, clear=True),
        mock.patch.object(pwd, "getpwuid", return_value=entry),
        contextlib.chdir(folder),
    ):
        time.tzset()
        yield
    time.tzset()


def make_records(folder: Path) -> tuple[Path, int]:
    """Make the month in an empty folder; (its records folder, how many commands it took)."""
    assigned.clear()
    taken.clear()
    shutil.copy(ROOT / "policies.yaml", folder)
    with isolate(folder):
        first = moment(28, 9, 0, month=9)
        staff, name = STAFF[0][:2]
        run_step(Step(first, "system", ("init", "--demo", "--me", staff, "--name", name)))
        actors: list[Steps] = [
            run_office(),
            run_batches(END),
            run_urgings(),
            *(story.play() for story in list_stories()),
            *list_cases(),
        ]
        return folder / "records", 1 + play(actors)


def replace_records(made: Path, target: Path) -> None:
    """Put what was made in place of the target; SystemExit where that is somebody's real records."""
    if target.exists() and not (target / ".demo").exists():
        sys.exit(f"{target} is no demo: it is left as it is")
    shutil.rmtree(target, ignore_errors=True)
    for path in list_kept(made):
        place = target / path.relative_to(made)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)  # with the modes of any checkout


def list_kept(folder: Path) -> list[Path]:
    """The files of a records folder that belong to the sample, sorted."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if path.relative_to(folder).parts[0] not in LEFT_OUT)


def main() -> None:
    """Make the month and put it in place."""
    parser = argparse.ArgumentParser(description="Make the sample month anew.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "records", help="records/ by default")
    target: Path = parser.parse_args().folder.absolute()
    with tempfile.TemporaryDirectory() as folder:
        made, count = make_records(Path(folder))
        replace_records(made, target)
    print(f"{target}: {count} commands")


if __name__ == "__main__":
    main()
