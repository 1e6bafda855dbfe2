"""The commands that set things up: init, doctor."""

import click

from dispatchctl.commands.results import emit_done
from dispatchctl.desk.files.foundation import RULES, SOUND, WARNING, Founded, examine, found_desk
from dispatchctl.options import NOT_GIVEN, PATH, GivenText, command, pass_workspace
from dispatchctl.output.formats import emit
from dispatchctl.output.labels import Column
from dispatchctl.output.terminal import tell
from dispatchctl.registers import SHIPPED
from dispatchctl.workspace import Workspace


@command("init")
@click.argument("folder", required=False, default=".", type=PATH, metavar="[DIR]")
@click.option("--me", type=GivenText("id"), default=NOT_GIVEN, help="Your staff id; the OS user's name by default.")
@click.option("--name", type=GivenText("name"), default=NOT_GIVEN, help="Your name.")
@click.option(
    "--rules",
    type=click.Choice(RULES),
    default=None,
    help="Rules to begin with: full (as without it), a property company's, or minimal, a short file for any desk.",
)
@click.option("--demo", is_flag=True, help="A folder to try things in: --now sets the time of what is recorded.")
@pass_workspace
def init(ws: Workspace, folder: str, me: str, name: str, rules: str | None, demo: bool) -> None:
    """Make DIR/records and DIR/policies.yaml, with yourself as the first person, a manager.

    \b
    Example:
      dispatchctl init ~/desk --me s01 --name 王经理
      dispatchctl init ~/shop --rules minimal
    """
    made: Founded = found_desk(ws, folder, me, name, rules=rules or "", demo=demo)
    for path in made.paths:
        tell(f"made {path}")
    item = {"id": made.staff, "event": "joined", "state": made.state, "records": made.records}
    emit_done(ws, [item], single=True, page=SHIPPED.get("staff"))


@command("doctor")
@pass_workspace
def doctor(ws: Workspace) -> int:
    """Say where records, rules, index and configuration are, who you are, and whether something is wrong.

    Also whether a killed command shut others out of the folder, and whether git tracks private files.

    \b
    Example:
      dispatchctl doctor
    """
    findings = examine(ws)
    columns = (Column("what", "what", "项目"), Column("value", "value", "值"), Column("state", "state", "结论"))
    emit(ws, findings, columns, ids="what")
    return 1 if any(each["state"] not in (SOUND, WARNING) for each in findings) else 0
