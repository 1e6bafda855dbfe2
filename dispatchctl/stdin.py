"""Standard input that can be read once more: what a command took of it is kept while the command may have to run again.

Layer: beside cli, which alone runs commands.
"""

import io
import sys
from typing import IO, Any, BinaryIO

IN_MEMORY = 1 << 20  # bytes; what is more goes to a file that has no name


class KeptInput:
    """What has been read of a stream of bytes, and the stream to read on in."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.size = 0
        self._kept: IO[bytes] = io.BytesIO()

    def open(self) -> io.TextIOWrapper:
        """The input as text, from its beginning."""
        return io.TextIOWrapper(io.BufferedReader(_Reader(self)), encoding="utf-8", errors="surrogateescape")

    def read(self, start: int, size: int) -> bytes:
        """At most `size` bytes from `start`, which is not behind what was read; b"" at the end."""
        if start < self.size:
            self._kept.seek(start)
            return self._kept.read(size)
        data: bytes = self.source.read1(size)  # type: ignore[attr-defined]  # of every buffered stream
        if self.size + len(data) > IN_MEMORY and isinstance(self._kept, io.BytesIO):
            self._move()
        self._kept.seek(self.size)
        self._kept.write(data)
        self.size += len(data)
        return data

    def close(self) -> None:
        """Forget what was kept."""
        self._kept.close()

    def _move(self) -> None:
        from tempfile import TemporaryFile

        file = TemporaryFile()  # noqa: SIM115 -- until close()
        self._kept.seek(0)
        file.write(self._kept.read())
        self._kept = file


class _Reader(io.RawIOBase):
    """One way through it; to close this closes nothing else."""

    def __init__(self, kept: KeptInput) -> None:
        self._kept, self._at = kept, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._kept.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def fileno(self) -> int:
        return self._kept.source.fileno()

    def isatty(self) -> bool:
        return self._kept.source.isatty()


def keep_input() -> KeptInput | None:
    """Standard input, to be kept from now on; None where it is no stream of bytes."""
    return KeptInput(sys.stdin.buffer) if isinstance(sys.stdin, io.TextIOWrapper) else None
