"""A small register and a records folder of its own, for the tests of the store."""

import datetime
from pathlib import Path

from dispatchctl.registers.page import ANY, FIRST, Event, Field, Register, State, complete_page
from dispatchctl.store.files import RecordFile, list_files
from dispatchctl.store.folder import make_folder, open_folder
from dispatchctl.store.journal import Draft, Lock, Placed, append_groups, find_end
from dispatchctl.store.reading import Read, read_file

PAGE = complete_page(
    Register(
        name="jottings",
        letter="J",
        en="jottings",
        zh="随手记",
        fields=(Field("content", "content", "内容"), Field("place", "place", "地点")),
        events=(
            Event("noted", "noted", "记下", (FIRST,), "open", optional=("content", "place")),
            Event("struck", "struck", "划掉", (ANY,), "gone"),
        ),
        states=(State("open", "open", "未办"), State("gone", "gone", "已划掉", final=True, open=False)),
    )
)
EVENTS = frozenset(event.name for event in PAGE.events)
ZONE = "Asia/Shanghai"
START = 1_793_900_000_000_000  # microseconds; a day in November 2026


class Notebook:
    """Records in a folder: `write` appends as a command does, `read` reads everything anew."""

    def __init__(self, path: Path) -> None:
        make_folder(str(path / "records"))
        self.folder = open_folder(str(path / "records"))
        self.clock = START

    def write(
        self, *groups: list[Draft], month: str = "", page: Register = PAGE, writer: str = "main", sync: bool = True
    ) -> list[Placed]:
        """Append groups, each a second later than the one before."""
        stamps = []
        for _ in groups:
            self.clock += 1_000_000
            stamps.append(self.clock)
        with Lock(self.folder, 10):
            end = find_end(self.folder, page.name, writer, None)
            month = month or self.month
            return append_groups(self.folder, page, writer, month, end, groups, stamps, ZONE, sync=sync)

    @property
    def month(self) -> str:
        """The month of the clock, UTC; the tests stay away from its edges."""
        return datetime.datetime.fromtimestamp(self.clock / 1e6, datetime.UTC).strftime("%Y-%m")

    def files(self) -> list[RecordFile]:
        """The register's files in order."""
        return list_files(self.folder.path, self.folder.label, PAGE.name)

    def path(self, number: int = 0) -> Path:
        """Where one of the files stands."""
        return Path(self.files()[number].path)

    def read(self) -> list[Read]:
        """Every file of the writer main from its start, along the chain."""
        crc, reads = 0, []
        for file in self.files():
            if file.writer == "main":
                reads.append(read_file(file, None, crc, EVENTS))
                crc = reads[-1].position.crc
        return reads

    def contents(self) -> list[str]:
        """The `content` of every row that counts."""
        return [row.fields.get("content", "") for read in self.read() for _, _, row in read.rows]

    def faults(self) -> list[str]:
        """Every fault as `file:line: message`."""
        return [str(fault) for read in self.read() for fault in read.faults]

    def places(self) -> list[tuple[int, str]]:
        """(line, code) of every fault."""
        return [(fault.line, fault.code) for read in self.read() for fault in read.faults]


def jot(*contents: str, **others: str) -> list[Draft]:
    """A group of rows, one for each content."""
    return [
        Draft(START // 1_000_000, "lin", f"J-20261105-{number:04}", "noted", {"content": content}, **others)
        for number, content in enumerate(contents, 1)
    ]
