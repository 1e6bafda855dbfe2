"""Timing whole processes: how long one took, how much memory it held at most, and medians of several in turn."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

SHOWN_ERROR = 400  # bytes of a failed command's stderr


class Run(NamedTuple):
    """One process. seconds: from before its start until it was gone. peak: its resident memory at most, MiB.

    On Linux a child begins with the peak of the process that started it; one that cannot be told from that is 0.
    """

    seconds: float
    peak: float
    code: int
    out: str
    err: str


class Failed(Exception):
    """A command that should have worked did not: what it said."""


class TooLong(Exception):
    """A command was stopped after its time limit."""


def run_process(argv: Sequence[str], env: Mapping[str, str], limit: float = 0) -> Run:
    """Run to the end, both outputs to files. limit: seconds, 0 for none; then TooLong."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(argv, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        status, usage = _wait(process, begun + limit if limit else 0)
        seconds = time.perf_counter() - begun
        out.seek(0)
        err.seek(0)
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        peak = usage.ru_maxrss / unit if usage.ru_maxrss > own * 1.05 else 0.0
        code = process.returncode = os.waitstatus_to_exitcode(status)
        return Run(seconds, peak, code, out.read().decode(), err.read().decode(errors="replace"))


def _wait(process: "subprocess.Popen[bytes]", end: float) -> tuple[int, resource.struct_rusage]:
    while end:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return status, usage
        if time.perf_counter() > end:
            process.kill()
            process.returncode = os.waitstatus_to_exitcode(os.wait4(process.pid, 0)[1])
            raise TooLong
        time.sleep(0.001)
    _, status, usage = os.wait4(process.pid, 0)
    return status, usage


def check_run(run: Run, argv: Sequence[str]) -> Run:
    """The run itself; Failed where it did not exit with 0."""
    if run.code:
        raise Failed(f"{' '.join(map(os.path.basename, argv[:3]))}: exit {run.code}: {run.err.strip()[:SHOWN_ERROR]}")
    return run


class Timed(NamedTuple):
    """The median of several runs: seconds, and the largest peak; and the fastest of them."""

    seconds: float
    peak: float
    fastest: float


def time_in_turn(
    cases: Mapping[str, Callable[[int], Run | float]], rounds: int
) -> tuple[dict[str, Timed], dict[str, str]]:
    """(the medians by name, what went wrong by name).

    Each round runs every case once, so that all see the same machine. A case is handed the number of its round; one
    without a process answers its seconds itself.
    """
    found: dict[str, list[Run | float]] = {name: [] for name in cases}
    failed: dict[str, str] = {}
    for turn in range(rounds):
        for name, call in cases.items():
            if name in failed:
                continue
            try:
                found[name].append(call(turn))
            except Failed as error:
                failed[name] = str(error)
    timed = {}
    for name, runs in found.items():
        if runs and name not in failed:
            seconds = [run if isinstance(run, float) else run.seconds for run in runs]
            peak = max(0.0 if isinstance(run, float) else run.peak for run in runs)
            timed[name] = Timed(median(seconds), peak, min(seconds))
    return timed, failed


def time_append(folder: str, syncs: int = 1) -> float:
    """Seconds of a bare append of one row's bytes with fsync; syncs=2: to a new file, with its folder's sync."""
    path = f"{folder}/append.probe"
    if syncs == 2 and os.path.exists(path):
        os.unlink(path)
    begun = time.perf_counter()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o660)
    os.write(descriptor, b"x" * 199 + b"\n")
    os.fsync(descriptor)
    if syncs == 2:
        parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.fsync(parent)
        os.close(parent)
    os.close(descriptor)
    return time.perf_counter() - begun


def describe_machine(folder: str) -> str:
    """The processor, the memory, the system and where the data lies, in one line."""
    name = os.uname().machine
    try:
        with open("/proc/cpuinfo") as file:
            name = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), name)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    version = ".".join(map(str, sys.version_info[:3]))
    machine = f"{os.cpu_count()} × {name}, {memory:.0f} GiB; {os.uname().sysname}; Python {version}"
    return f"{machine}; {_find_disk(folder)}; load {os.getloadavg()[0]:.1f} before it began"


def _find_disk(folder: str) -> str:
    df = shutil.which("df")
    if df is None:
        return "disk unknown"
    lines = subprocess.run([df, "-PT", folder], capture_output=True, text=True, check=False).stdout.splitlines()
    kind = lines[1].split()[1] if len(lines) > 1 and len(lines[1].split()) > 1 else "unknown"
    return f"data on {kind}" + (": not a disk, durable commands cost nothing here" if kind == "tmpfs" else "")
