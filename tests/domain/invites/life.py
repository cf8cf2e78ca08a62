"""What may become of the invites of an account, in plain Python: the rules of the page without a database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations

DAY = timedelta(days=1)
Job = tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """Where one invite stands."""

    direct: bool
    created: datetime
    status: str = "pending"
    reminders: int = 0
    reminded: datetime | None = None
    reminders_mailed: int = 0
    mailed: bool = False
    expiry_noted: bool = False
    answered: int = 0

    def expired(self, now: datetime) -> bool:
        return self.status in ("pending", "started") and now >= self.created + 30 * DAY

    def shows(self, now: datetime) -> str:
        return "expired" if self.expired(now) else self.status


@dataclass(frozen=True)
class Act:
    """Something that is tried with an invite; `answers` is how many items are answered by it."""

    verb: str
    key: str
    answers: int = 0


@dataclass(frozen=True)
class Life:
    """An account: its credits, invites, what was noted in order, and the jobs that wait."""

    granted: int = 0
    used: int = 0
    invites: dict[str, Standing] = field(default_factory=dict)
    noted: tuple[tuple[str, str], ...] = ()
    due: tuple[Job, ...] = ()

    @property
    def available(self) -> int:
        return self.granted - self.used

    def showing(self, status: str, now: datetime) -> set[str]:
        return {key for key, invite in self.invites.items() if invite.shows(now) == status}

    def pending(self, now: datetime) -> int:
        """Those that count towards the limit of ten."""
        return sum(invite.direct and invite.shows(now) == "pending" for invite in self.invites.values())

    def with_(self, key: str, event: str = "", job: Job = (), **changes: object) -> "Life":
        invite = replace(self.invites[key], **changes)  # type: ignore[arg-type]
        noted = (*self.noted, (event, key)) if event else self.noted
        return replace(self, invites=self.invites | {key: invite}, noted=noted, due=(*self.due, job) if job else self.due)

    def sent(self, key: str, *, direct: bool, mail: bool, now: datetime) -> "Life":
        job: Job = ("invites.send_invitation", key) if mail else ()
        return replace(self, invites=self.invites | {key: Standing(direct, now)}).with_(key, "invite.sent", job)

    def after(self, act: Act, now: datetime) -> tuple["Life", str]:
        """The account after something was tried, and the failure it met."""
        return _VERBS[act.verb](self, act, self.invites[act.key], now)

    def orders(self, acts: list[Act], now: datetime) -> Iterator[tuple["Life", list[str]]]:
        """What the acts come to one after another, in every order."""
        for order in permutations(range(len(acts))):
            life, failures = self, [""] * len(acts)
            for place in order:
                life, failures[place] = life.after(acts[place], now)
            yield life, failures

    def swept(self, now: datetime) -> "Life":
        """After the job that notes what expired."""
        life = self
        for key in [key for key, invite in self.invites.items() if invite.expired(now) and not invite.expiry_noted]:
            life = life.with_(key, "invite.expired", expiry_noted=True)
        return life

    def delivered(self, now: datetime) -> tuple["Life", list[Job]]:
        """After the jobs that wait, with those that became a mail."""
        life, mails = replace(self, due=()), []
        for job in self.due:
            invite, number = life.invites[job[1]], int(job[2]) if len(job) == 3 else 0
            if invite.shows(now) not in ("pending", "started"):
                continue
            if number > invite.reminders_mailed:
                life = life.with_(job[1], reminders_mailed=number)
            elif not number and not invite.mailed:
                life = life.with_(job[1], "invite.mailed", mailed=True)
            else:
                continue
            mails.append(job)
        return life, mails


Outcome = tuple[Life, str]


def _cancel(life: Life, act: Act, invite: Standing, _now: datetime) -> Outcome:
    if invite.status != "pending":
        return life, "AlreadyCanceled" if invite.status == "canceled" else "NotPending"
    return life.with_(act.key, "invite.canceled", status="canceled"), ""


def _remind(life: Life, act: Act, invite: Standing, now: datetime) -> Outcome:
    if invite.status == "canceled":
        return life, "AlreadyCanceled"
    if invite.shows(now) not in ("pending", "started"):
        return life, "NotRemindable"
    if invite.reminders == 3:
        return life, "ReminderLimitReached"
    if invite.reminded is not None and now - invite.reminded < DAY:
        return life, "ReminderTooSoon"
    number = invite.reminders + 1
    job = ("invites.send_reminder", act.key, str(number))
    return life.with_(act.key, "invite.reminded", job, reminders=number, reminded=now), ""


_CLOSED = {"expired": "InviteExpired", "completed": "AlreadyCompleted", "canceled": "AlreadyCanceled"}


def _start(life: Life, act: Act, invite: Standing, now: datetime) -> Outcome:
    if failure := _CLOSED.get(invite.shows(now)):
        return life, failure
    return (life if invite.status == "started" else life.with_(act.key, "invite.started", status="started")), ""


def _save(life: Life, act: Act, invite: Standing, now: datetime) -> Outcome:
    if failure := _CLOSED.get(invite.shows(now)):
        return life, failure
    return life.with_(act.key, answered=max(act.answers, invite.answered)), ""


def _complete(life: Life, act: Act, invite: Standing, now: datetime) -> Outcome:
    if failure := _CLOSED.get(invite.shows(now)):
        return life, failure
    if invite.answered < 4:
        return life, "NothingToScore"
    if not life.available:
        return life, "InsufficientCredits"
    return replace(life.with_(act.key, "invite.completed", status="completed"), used=life.used + 1), ""


_VERBS: dict[str, Callable[[Life, Act, Standing, datetime], Outcome]] = {
    "cancel": _cancel,
    "remind": _remind,
    "start": _start,
    "save": _save,
    "complete": _complete,
}
