"""The index that a command has open: which file it is, opening it, and what is done where it turns out damaged. Desk.

An index that is busy, or that cannot be written, is passed over: the command folds in memory. One that is damaged is
left to whoever has it open, and the command goes on with another generation (store/generations.py).
"""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from dispatchctl.store.generations import Gone, remove_database
from dispatchctl.store.index import Index, begin_index, find_generations, is_unharmed

if TYPE_CHECKING:
    from dispatchctl.store.judge import Judge

DAMAGED = 3  # generations in a row; then the command does without
LOOKS = 50  # for one that is not removed before it is open


class Shelf:
    """The index of the records folder at `path`, kept in `cache` ("": in memory).

    open_at: an index of that file, "" in memory, that has not caught up. judge: see Index.catch_up.
    """

    def __init__(self, path: str, cache: str, open_at: Callable[[str], Index], judge: "Judge") -> None:
        self._path, self._open_at, self._judge = path, open_at, judge
        self._generations = find_generations(cache)
        self._passed_over = not cache
        self._damaged = 0
        self.index: Index | None = None

    def open(self) -> Index:
        """Open the newest generation and catch up; one in memory where none can be had."""
        looks = 0
        while self.index is None:
            place = self._find()
            try:
                # Set before it has caught up: judging asks the index for the staff.
                self.index = self._open_at(place)
                self.index.catch_up(self._judge)
            except Gone:
                looks += 1
                self._passed_over = looks == LOOKS
            except sqlite3.DatabaseError as error:
                self.drop()
                if not place:
                    raise
                self._give_up(place, error)
            except BaseException:
                self.drop()
                raise
        return self.index

    def _find(self) -> str:
        if self._passed_over:
            return ""
        try:
            place = self._generations.newest()
            if not place:
                self._generations.publish(begin_index(self._generations, self._path))
                place = self._generations.newest()  # another process may have made one too
            return place
        except (OSError, sqlite3.Error, Gone):
            self._passed_over = True
            return ""

    def give_up(self, error: sqlite3.Error) -> None:
        """Let go of an index that gave this error; the next that is opened is another one."""
        place = self.index.place if self.index is not None else ""
        self.drop()
        if place:
            self._give_up(place, error)

    def _give_up(self, place: str, error: sqlite3.Error) -> None:
        self._damaged += not is_unharmed(error)
        self._passed_over = is_unharmed(error) or self._damaged == DAMAGED
        if is_unharmed(error):
            return
        try:
            if self._generations.newest() == place:
                self._generations.publish(begin_index(self._generations, self._path))
            else:  # a part of an index, or there is a newer one already
                remove_database(place)
        except (OSError, sqlite3.Error, Gone):
            self._passed_over = True

    def rebuild(self) -> None:
        """Make a new generation, which others find when it is whole; with none kept, nothing."""
        if self._passed_over:
            return
        self.drop()
        place = ""
        try:
            place = begin_index(self._generations, self._path)
            self.index = self._open_at(place)
            self.index.catch_up(self._judge)
            self.index.commit()
            self.drop()
            self._generations.publish(place)
        except BaseException as error:
            self.drop()
            if place:
                remove_database(place)
            if not isinstance(error, OSError | sqlite3.Error | Gone):
                raise
            self._passed_over = True

    def drop(self) -> None:
        """Let go of the index; what was not committed is forgotten."""
        if self.index is not None:
            self.index.close()
            self.index = None
