"""What becomes of each order of the sample month, from the call to the payment, by the turn of its line. Tool."""

from sample_hours import MINUTE, add_business, find_open, next_workday
from sample_steps import CHIEF, DESK, EFFORT, HELPERS, SENIOR, SPECIAL, WORKERS, Dispatch, Reply, Step, Steps, taken
from sample_texts import ABSENT, CLOSING, PROGRESS


class Story(Dispatch):
    """One order from the call to its end, or to the end of the month."""

    # --- intake ---------------------------------------------------------------------------------------------------

    def play(self) -> Steps:
        """The whole story."""
        self.desk = self.choose_desk()
        answered = self.kind in ("inquiry", "suggestion") and not self.turn
        yield from self.take(self.line.done if answered else "")
        if answered or self.turn == "unanswered":
            return
        if self.turn == "answer-later":
            self.wait(12, 48)
            yield from self.say(self.desk, "triage", self.order, "--answered", self.line.done)
        elif self.turn.startswith("refer"):
            yield from self.refer()
        elif self.turn == "duplicate":
            self.at += self.rng.randint(4, 15) * MINUTE
            service, _, number = self.detail.partition("/")
            same = taken[service, int(number)]
            yield from self.say(
                self.desk, "cancel", self.order, "--reason", "重复报修，并入前一单", "--duplicate-of", same
            )
        else:
            yield from self.serve()

    def take(self, answered: str) -> Steps:
        """The call."""
        line, rng = self.line, self.rng
        channel = rng.choice(("phone", "phone", "phone", "wechat", "wechat", "app", "visit", "chat"))
        if self.urgent:
            channel = "phone"
        argv = ["new-order", "--content", line.content, "--kind", self.kind, "--channel", channel]
        anonymous = self.kind == "report" and rng.random() < 0.3
        address, _, area = line.place.partition("|")
        address, area = address or self.customer.address, area or self.customer.area
        if self.kind in ("request", "report"):
            argv += ["--service", self.service, "--address", address, "--area", area]
        if self.kind in ("request", "suggestion") or (self.kind == "report" and not anonymous):
            argv += ["--caller", self.customer.name]
            if self.kind != "suggestion" or rng.random() < 0.5:
                argv += ["--phone", self.customer.phone]
        if line.priority or (self.service in ("home-cleaning", "pest-control") and rng.random() < 0.4):
            argv += ["--priority", line.priority or "low"]
        if self.price and not line.priority and not self.turn and rng.random() < 0.3 and self.at.day < 29:
            self.appointment = next_workday(self.at, rng.choice((1, 1, 2)), *rng.choice(((9, 0), (10, 0), (14, 0))))
            argv += ["--appointment", self.appointment.isoformat()]
        if self.appointment and rng.random() < 0.5:
            argv += [
                "--requirements",
                rng.choice(("家里有老人，请轻声", "请提前半小时来电话", "家里有猫，进门请随手关门")),
            ]
        if channel in ("phone", "visit") and self.kind == "request":
            argv.append("--read-back")
        if answered:
            argv += ["--answered", answered]
        reply: Reply = yield Step(self.at, self.desk, (*argv, "-q"))
        self.order = taken[self.place] = reply.out.strip()

    def refer(self) -> Steps:
        """Handed to a department, which answers some days later."""
        self.wait(10, 50)
        yield from self.say(self.desk, "triage", self.order, "--refer", self.detail)
        if self.turn == "refer-open":
            return
        self.at = next_workday(self.at, self.rng.randint(2, 5), 10, self.rng.randint(0, 59))
        yield from self.say(self.desk, "close", self.order, "--answered", self.line.done)

    def serve(self) -> Steps:
        """Dispatched, worked on, confirmed, paid."""
        if self.turn == "amend-phone":
            self.at += self.rng.randint(3, 9) * MINUTE
            wrong = f"138-0000-{self.rng.randint(7000, 7999)}"
            yield from self.say(
                self.desk, "amend", self.order, f"phone={wrong}", "--reason", "登记时号码听错，客户更正"
            )
        yield from self.send()
        if self.turn == "cancel":
            self.wait(20, 50)
            yield from self.say(self.desk, "cancel", self.order, "--reason", "客户临时有事，不做了")
            return
        if (yield from self.get_ready()):
            yield from self.work()
        if self.turn == "reopen":
            yield from self.reopen()

    # --- work -----------------------------------------------------------------------------------------------------

    def get_ready(self) -> Steps:
        """Acknowledged, or on its way to somebody else; False where it ends here."""
        rng, turn = self.rng, self.turn
        late = turn == "unseen" or (rng.random() < (0.15 if self.urgent else 0.05))
        self.wait(*((11, 16) if self.urgent else (50, 120)) if late else ((1, 7) if self.urgent else (2, 22)))
        if turn == "decline":
            yield from self.say(self.worker, "decline", self.job, "--reason", "正在抢修停电，今天赶不过去")
            self.wait(5, 20)
            yield from self.assign(CHIEF)
            self.wait(5, 20)
        elif turn == "reassign":
            other = {"s05": CHIEF, "s08": "s09"}[self.worker]
            reply = yield from self.say(
                self.desk, "reassign", self.job, other, "--reason", "原接单人下午请假", "--json"
            )
            self.note(reply)
            self.wait(5, 20)
        elif turn == "withdraw":
            yield from self.say(self.desk, "withdraw", self.job, "--reason", "客户要求换个时间再来")
            yield from self.await_batch()
            self.wait(5, 20)
        yield from self.say(self.worker, "ack", self.job)
        if self.helper:
            self.at += 2 * MINUTE
            yield from self.say(HELPERS[self.worker], "ack", self.helper)
        if self.appointment and self.appointment > self.at:
            self.at = self.appointment
        self.wait(*((8, 25) if self.urgent else (5, 15) if self.appointment else (10, 120)))
        if self.turn in ("late", "extend-asked") or rng.random() < 0.8:
            yield from self.say(self.worker, "start", self.job)
        return True

    def work(self) -> Steps:
        """What happens on the spot, up to the end."""
        if self.turn == "late":
            self.wait(30, 60)
            yield from self.say(self.worker, "progress", self.job, "--note", self.rng.choice(PROGRESS))
            return
        if self.turn in STOPS and not (yield from self.stop(*STOPS[self.turn])):
            return
        if self.turn.startswith("extend") and not (yield from self.extend()):
            return
        if self.turn == "slow":
            self.wait(60, 200)
            yield from self.say(self.worker, "progress", self.job, "--note", self.rng.choice(PROGRESS))
            self.wait(500, 700)
        effort = EFFORT.get(self.service, 50)
        self.wait(effort * 0.5, effort * 1.3)
        if self.turn == "amend-price":
            price = str(self.price + 30)
            self.price += 30
            yield from self.say(DESK, "reprice", self.order, price, "--reason", "增加材料费，客户同意")
        if self.turn in ("undo", "retract"):
            yield from self.mistake()
        yield from self.complete()
        if self.turn == "rework":
            self.wait(60, 200)
            yield from self.say(self.desk, "rework", self.job, "--reason", "客户反映没有彻底解决")
            self.wait(60, 200)
            yield from self.complete()
        yield from self.settle()

    def stop(self, reason: str, notes: tuple[str, ...], days: int) -> Steps:
        """A pause for a reason that the rules list; False where it lasts beyond the month."""
        self.wait(15, 50)
        note = self.rng.choice(notes)
        yield from self.say(self.worker, "problem", self.job, "--reason", note)
        self.at += 2 * MINUTE
        yield from self.say(self.worker, "pause", self.job, "--reason", reason, "--note", note)
        if not days:
            return False
        self.at = next_workday(self.at, self.rng.randint(1, days), 9, self.rng.randint(0, 59))
        yield from self.say(self.worker, "resume", self.job)
        return True

    def extend(self) -> Steps:
        """More time is asked for; False where nobody has decided by the end of the month."""
        self.wait(30, 60)
        days = 12 if self.service == "walls" else 3
        until = next_workday(self.at, days, 17, 0)
        why = self.rng.choice(("配件后天才到货", "要等楼上住户在家才能施工", "需要厂家配合，已约时间"))
        yield from self.say(self.worker, "ask-extension", self.job, "--until", until.isoformat(), "--reason", why)
        if self.turn == "extend-asked":
            return False
        self.wait(20, 60)
        decider = CHIEF if self.worker in ("s05", "s06", "s07") else SENIOR
        if self.turn == "extend-late":
            no = "备件库里有同型号，请当天领用"
            yield from self.say(decider, "refuse-extension", self.job, "--reason", no)
            self.wait(560, 700)
            return True
        yield from self.say(decider, "grant-extension", self.job)
        self.at = next_workday(self.at, days - 1, 10, self.rng.randint(0, 59))
        return True

    def mistake(self) -> Steps:
        """Completed by mistake, and taken back."""
        yield from self.say(self.worker, "complete", self.job, "--note", "误点完工")
        self.at += 3 * MINUTE
        if self.turn == "undo":
            yield from self.say(self.worker, "undo")
        else:
            yield from self.say(SENIOR, "retract", self.job, "--reason", "登记到别的派单上了")
        self.wait(20, 60)

    def complete(self) -> Steps:
        """The work is done."""
        if self.turn == "reveal":
            yield from self.say(DESK, "show", self.order, "--reveal", "--reason", "约客户到监控室", "-q")
            self.wait(10, 20)
        parts = ("--parts", self.line.parts) if self.line.parts else ()
        yield from self.say(self.worker, "complete", self.job, "--note", self.line.done, *parts)

    def settle(self) -> Steps:
        """Confirmed and paid."""
        rng = self.rng
        drawn = self.price and rng.random() < 0.3
        if drawn or (self.price and self.service in SPECIAL):
            self.at += 5 * MINUTE
            yield from self.say(DESK, "bill", self.order, "--amount", f"{self.price}")
        late = self.turn == "unconfirmed" or rng.random() < 0.03
        self.at = find_open(self.at)
        self.at = add_business(self.at, rng.uniform(1500, 1800) if late else rng.uniform(20, 300))
        note = rng.choice(CLOSING)
        more = ("--note", note) if note else ()
        yield from self.say(rng.choice((self.desk, self.desk, DESK)), "confirm", self.job, *more)
        if self.price and rng.random() < 0.93:
            if rng.random() < 0.3:
                self.at = next_workday(self.at, rng.randint(1, 4), 15, rng.randint(0, 59))
            else:
                self.at += 6 * MINUTE
            yield from self.say(DESK, "paid", self.order, "--amount", f"{self.price}")

    def reopen(self) -> Steps:
        """It breaks again some days later."""
        self.at = next_workday(self.at, self.rng.randint(2, 3), 9, self.rng.randint(0, 59))
        yield from self.say(self.desk, "reopen", self.order, "--reason", "客户来电，同样的问题又出现了")
        self.turn = ""
        self.appointment = None
        self.price = 0
        self.wait(5, 20)
        yield from self.assign(WORKERS[self.service])
        yield from self.get_ready()
        yield from self.work()


STOPS = {
    "parts": ("waiting-parts", ("仓库没有同规格配件，已下单", "配件型号停产，正在找替代件"), 4),
    "parts-open": ("waiting-parts", ("厂家发货，预计下周到", "配件要从外地调"), 0),
    "absent": ("waiting-customer", ABSENT, 2),
    "outside": ("waiting-outside", ("已报外协单位，等对方上门",), 3),
    "outside-open": ("waiting-outside", ("已报维保单位，等专用仪器",), 0),
}
