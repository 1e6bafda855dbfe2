"""The commands of the group `training`: courses, who came to them, and examinations."""

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_done, print_results
from dispatchctl.commands.verbs import Given, Verb, make_verb, serve
from dispatchctl.desk.books import Books
from dispatchctl.desk.staff.training import TRAINING, note_examination, note_presence, plan_course
from dispatchctl.options import CASE, STAFF, WHEN, Writing, command

COLUMNS = ("id", "event", "state")


@command("plan")
@click.option("--topic", metavar="TEXT", required=True, help="What it is about.")
@click.option("--on", type=WHEN, required=True, help="When it takes place.")
@with_books(writes=True)
def plan(books: Books, topic: str, on: str, writing: Writing) -> int:
    """Plan a course; its id is what those who come are recorded under.

    \b
    Example:
      dispatchctl training plan --topic 电梯困人应急处置 --on 2026-11-20T14:00
    """
    done = plan_course(books, topic, on, writing)
    return print_done(books, TRAINING, [done])


VERBS = {
    "attended": Verb("attended", "Record who attended a course.", "1 s03 s07"),
    "late": Verb("late", "Record who came late to a course.", "1 s07"),
    "missed": Verb("missed", "Record who missed a course without leave.", "1 s07"),
}


def _note(books: Books, event: str, given: Given, writing: Writing) -> int:
    people = given["staff"]
    noted, refused = note_presence(books, event, given["course"], people, writing)
    items = [describe_done(each.done, staff=each.staff) for each in noted]
    return print_results(
        books, items, (*COLUMNS, "staff"), refused=refused, single=len(people) == 1, ids="staff", register=TRAINING
    )


def _make(name: str, verb: Verb) -> click.Command:
    course = click.argument("course", metavar="G", type=CASE)
    people = click.argument("staff", metavar="STAFF...", nargs=-1, required=True, type=STAFF)
    return make_verb(TRAINING, TRAINING, name, verb, _note, course, people)


__getattr__ = serve(VERBS, _make)


@command("examined")
@click.argument("course", metavar="[G]", required=False, default=None, type=CASE)
@click.option("--topic", metavar="TEXT", default="", help="What was examined; that of the course by default.")
@click.option("--staff", type=STAFF, required=True, help="Who was examined.")
@click.option("--score", metavar="0..100", required=True, help="The score.")
@with_books(writes=True)
def examined(books: Books, course: str | None, topic: str, staff: str, score: str, writing: Writing) -> int:
    """Record a person's score in an examination, of a course or by itself.

    \b
    Examples:
      dispatchctl training examined --topic 规章制度 --staff s07 --score 92
      dispatchctl training examined 1 --staff s07 --score 92
    """
    typed = {"topic": topic, "staff": staff, "score": score, "about": course or ""}
    done = note_examination(books, typed, writing)
    return print_done(books, TRAINING, [done])
