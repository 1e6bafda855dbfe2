"""The commands of the record files themselves: check, rebuild, writer, seal, verify."""

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_faults, print_items, print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.files.adoption import adopt_file
from dispatchctl.desk.files.inspection import inspect_records, list_charged_twice, list_short_files, read_closing
from dispatchctl.desk.files.seals import seal_month
from dispatchctl.desk.files.verification import verify_seals
from dispatchctl.desk.files.writer import rebuild_index, set_writer
from dispatchctl.options import MONTH, NOT_GIVEN, PATH, Writing, command, pass_workspace
from dispatchctl.output.formats import emit
from dispatchctl.output.labels import Column
from dispatchctl.output.terminal import tell
from dispatchctl.workspace import Workspace

COUNTS = (
    Column("place", "index", "索引"),
    Column("files", "files", "文件", "number"),
    "rows",
    Column("cases", "cases", "事项", "number"),
    Column("clocks", "clocks", "时限", "number"),
    Column("faults", "faults", "问题", "number"),
)
WRITER = (
    Column("writer", "writer", "写入方"),
    Column("before", "before", "原为"),
    Column("taken_over", "taken over", "接管", "flag"),
)
SEAL = (
    "month",
    Column("writer", "writer", "写入方"),
    Column("file", "seal", "封存文件"),
    Column("sealed_at", "sealed", "封存时间", "time"),
    "by",
    Column("files", "files", "文件", "number"),
    Column("bytes", "bytes", "字节", "number"),
    Column("signed", "signed", "已签名", "flag"),
)
ADOPTED = (
    "id",
    Column("file", "file", "文件"),
    "rows",
    Column("unchanged", "as written", "未变的行", "number"),
    Column("had", "highest row ever", "曾有最大行号", "number"),
    Column("numbers", "numbers given", "已用编号"),
    Column("written_anew", "written anew", "重写的文件"),
    Column("encoding", "saved in", "原编码"),
)
ADOPTED_BEFORE = tuple(ADOPTED[place] for place in (0, 1, 4, 5))  # of what was done, what audit keeps


@command("check")
@pass_workspace
def check(ws: Workspace) -> int:
    """Check every row of every file, its chain, and what refers to what; exit with 1 if anything is wrong.

    Links are found too, and private files that git tracks. Torn lines, which a crash leaves, are listed and harmless.
    Nothing is written.

    \b
    Examples:
      dispatchctl records check
      dispatchctl records check --format json
    """
    found = inspect_records(
        ws.records_path, more=list_short_files(ws), twice=list_charged_twice(ws), awaits_payment=read_closing(ws)
    )
    print_faults(ws, found.faults)
    torn = len(found.faults) - found.findings
    lines = f", {torn} torn" if torn else ""
    tell(f"checked {found.rows} rows in {found.files} files: {found.findings or 'no'} faults{lines}")
    return 1 if found.findings else 0


@command("rebuild")
@pass_workspace
def rebuild(ws: Workspace) -> None:
    """Throw the index away and make it anew from the files; print what it holds. Records are only read.

    \b
    Example:
      dispatchctl records rebuild
    """
    counts = rebuild_index(ws)
    for fault in list_short_files(ws):
        tell(f"warning: {fault}; {fault.hint}")
    emit(ws, [counts], COUNTS, single=True, ids="place")
    if counts["faults"]:
        tell("rows are wrong; see: dispatchctl records check")


@command("writer")
@click.argument("code", metavar="CODE")
@click.option("--take-over", is_flag=True, help="Though CODE has files: its own clone is gone for good.")
@click.option("--reason", metavar="TEXT", default="", help="Why it is taken over; kept in audit.")
@with_books(writes=True)
def writer(books: Books, code: str, take_over: bool, reason: str, writing: Writing) -> None:
    """Name the writer of this clone: 1 to 8 capitals or digits, first a letter, or `main`.

    Each clone that writes has a code of its own, so that two offices never touch the same file.

    \b
    Examples:
      dispatchctl records writer SZ
      dispatchctl records writer SZ --take-over --reason 原电脑已报废
    """
    item = set_writer(books, code, writing, take_over=take_over, reason=reason)
    if item["before"] == code:
        tell(f"the writer here is {code} already")
    print_items(books, [item], WRITER, single=True, ids="writer")


@command("seal")
@click.option("--month", type=MONTH, required=True, help="YYYY-MM or last; it must be over.")
@click.option(
    "--sign", "key", type=PATH, metavar="KEYFILE", default=NOT_GIVEN, help="Sign the seal with this key of OpenSSH."
)
@click.option("--end-torn", is_flag=True, help="End a torn line first, which a crash left and which never counted.")
@with_books(writes=True)
def seal(books: Books, month: str, key: str, end_torn: bool, writing: Writing) -> None:
    """Seal a month of this writer: the sha256 and size of its every file, and the seal before it.

    A month that all its writers have sealed is closed: it is reported as of that time for ever.

    \b
    Examples:
      dispatchctl records seal --month last
      dispatchctl records seal --month 2026-10 --sign ~/.ssh/id_ed25519
    """
    item = seal_month(books, month, key=key, end_torn=end_torn, writing=writing)
    print_warnings(books)
    if item.get("replayed"):
        tell(f"{item['id']} was recorded before; nothing was written")
    print_items(books, [item], SEAL, single=True)


@command("adopt")
@click.argument("file", type=PATH)
@click.option("--reason", metavar="TEXT", required=True, help="Why the file is meant as it is; kept in audit.")
@with_books(writes=True, present=True)
def adopt(books: Books, file: str, reason: str, writing: Writing) -> None:
    """Declare a record file of this writer meant as it is: edited by hand, or with fewer rows than it had.

    Where its chain does not hold, its rows are stamped anew, and the later files of the register after it; what a
    file was is kept beside it as .NAME.csv.old. What a spreadsheet does (a byte order mark, CR LF, quotes, GB 18030) is
    passed over; a row that lost its time, id or number is refused. Audit keeps what was seen, and ids and rows are
    numbered on above it.

    \b
    Examples:
      dispatchctl records adopt records/orders/2026-11.main.csv --reason 备份恢复后少了三行
      dispatchctl records adopt orders/2026-11.main --reason Excel改了引号 --dry-run
    """
    item = adopt_file(books, file, reason, writing)
    if item.get("replayed"):
        tell(f"{item['id']} was recorded before; nothing was written")
    print_items(books, [item], ADOPTED_BEFORE if item.get("replayed") else ADOPTED, single=True)


@command("verify")
@click.option("--allowed-signers", "allowed", type=PATH, default=NOT_GIVEN, help="Who may sign; all must be signed.")
@pass_workspace
def verify(ws: Workspace, allowed: str) -> int:
    """Compare sealed months with their seals: files, sizes, sha256, chain of seals, signatures; exit 1 if one fails.

    \b
    Examples:
      dispatchctl records verify
      dispatchctl records verify --allowed-signers ~/.ssh/allowed_signers
    """
    found = verify_seals(ws.records_path, allowed)
    print_faults(ws, found.faults)
    signers = f" by {', '.join(found.signers)}" if found.signers else "" if allowed else " (whose was not asked)"
    signed = f", {found.signed} signed{signers}" if found.signed else ""
    tell(f"verified {found.files} files of {found.seals} seals{signed}: {len(found.faults) or 'no'} faults")
    return 1 if found.faults else 0
