"""Who acts: --as, else the login. Desk (what they may record: `rights`)."""

from dispatchctl.desk.books import Books
from dispatchctl.errors import NotFound, Refused
from dispatchctl.store.conditions import HERE
from dispatchctl.store.lines import check_text

SYSTEM = "system"


def find_actor(books: Books) -> str:
    """The staff id that acts: --as, else whose login is the OS user; "" where nobody matches."""
    named, login = books.ws.actor_login()
    if named:
        if named == SYSTEM:
            return SYSTEM
        from dispatchctl.desk.names import resolve_staff

        return resolve_staff(books, named, option="--as")
    row = books.index.db.execute(f"SELECT id FROM staff WHERE login = ? AND {HERE} ORDER BY id", (login,)).fetchone()
    return str(row[0]) if row else ""


def require_actor(books: Books, *, system: bool = False) -> str:
    """The acting staff id; NotFound with the line that would help where nobody matches.

    system: whether the built-in actor of cron may do this; else Refused.
    """
    actor = find_actor(books)
    if not actor:
        login = books.ws.actor_login()[1]
        raise NotFound(
            f"nobody's login is {login!r}, so it is not known who acts",
            hint=f"dispatchctl staff join ID --name NAME --role ROLE --login {login} (or name yourself: --as ID)",
        )
    if actor == SYSTEM and not system:
        raise Refused("system may urge, notify, report and seal only", hint="name a person: --as ID")
    return actor


def check_login(books: Books, staff: str, login: str, option: str = "--login") -> None:
    """Refused where somebody else of the staff has that login: it would not be known who acts."""
    check_text(option, login)
    row = books.index.db.execute(
        f"SELECT id FROM staff WHERE login = ? AND id <> ? AND {HERE}", (login, staff)
    ).fetchone()
    if row:
        raise Refused(f"{login!r} is {row[0]}'s login already", place=option)
