"""Job profiles and saved matches under any sequence of commands, held to plain dictionaries."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, invariant, rule

from domain.billing import credits
from domain.invites import attempts, commands
from domain.kernel.paging import Window
from domain.matching import commands as matching
from domain.matching import queries
from domain.matching.formula import Target
from domain.results import queries as results
from domain.results.scoring import half_up
from tests.domain.machines import OnWorld, play
from tests.domain.matching.given import numbers
from tests.domain.results.scales import PROFILE
from tests.support.world import some_answers

SCALES = ("detail", "people", "stability", "graves5_success")
TARGETS = st.dictionaries(st.sampled_from(SCALES), numbers(), max_size=3)
WRONG = st.sampled_from([("detail", {"ideal": 11}), ("detail", {}), ("nothing", {"ideal": 5}), ("people", {"ideal": 5, "ok_max": 4})])
PEOPLE = st.sampled_from([0, 1])


class Life(OnWorld):
    """Two people with results; the model knows targets and versions by key, and scores by what was saved."""

    profiles = Bundle("profiles")

    @initialize()
    def begin(self) -> None:
        self.known: dict[str, tuple[dict[str, Any], int]] = {}
        self.saved: dict[tuple[str, int], tuple[Fraction, int]] = {}
        self.attempts = [self.run(self._complete(seed)) for seed in (1, 2)]
        found = self.run(results.by_attempt(self.world.database.read(), self.account_id, self.attempts))
        self.values = [dict(zip((scale.key for scale in PROFILE.scales), found[key].c_tenths, strict=True)) for key in self.attempts]

    async def _complete(self, seed: int) -> int:
        async with self.world.work(self.actor) as uow:
            await credits.grant(uow, 1, reference=f"credit {seed}")
            invite = await commands.send(uow, email=f"p{seed}@example.com", send_email=False)
            attempt = await attempts.start(uow, invite)
            await attempts.save(uow, attempt, some_answers(seed))
            return await attempts.complete(uow, attempt)

    async def _do(self, verb: Any, *given: Any, **more: Any) -> Any:
        async with self.world.work(self.actor) as uow:
            return await verb(uow, *given, **more)

    @rule(target=profiles, asked=TARGETS)
    def create(self, asked: dict[str, Any]) -> str:
        key: str = self.run(self._do(matching.create, name="Job", targets=list(asked.items())))
        assert key not in self.known
        self.known[key] = (asked, 1)
        return key

    @rule(wrong=WRONG)
    def create_what_is_wrong(self, wrong: Any) -> None:
        assert self.outcome(self._do(matching.create, name="Job", targets=[wrong])) == "BadInput"

    @rule(key=profiles, asked=TARGETS)
    def change(self, key: str, asked: dict[str, Any]) -> None:
        before, version = self.known[key]
        self.run(self._do(matching.update, key, {"targets": list(asked.items())}))
        self.known[key] = (asked, version + (asked != before))

    @rule(key=profiles, wrong=WRONG)
    def change_to_what_is_wrong(self, key: str, wrong: Any) -> None:
        assert self.outcome(self._do(matching.update, key, {"name": "Other", "targets": [wrong]})) == "BadInput"

    @rule(key=consumes(profiles))
    def delete(self, key: str) -> None:
        self.run(self._do(matching.delete, key))
        del self.known[key]
        self.saved = {place: kept for place, kept in self.saved.items() if place[0] != key}
        assert self.outcome(self._do(matching.save_match, attempt_id=self.attempts[0], job_profile=key)) == "NotFound"

    @rule(key=profiles, person=PEOPLE)
    def save(self, key: str, person: int) -> None:
        targets, version = self.known[key]
        scores = [half_up(Target.of(told).score(Fraction(self.values[person][scale], 10))) for scale, told in targets.items()]
        outcome = self.outcome(self._do(matching.save_match, attempt_id=self.attempts[person], job_profile=key))
        assert outcome == ("" if scores else "NothingToMatch")
        if scores:
            self.saved[key, self.attempts[person]] = Fraction(sum(scores), len(scores)), version

    @rule(key=profiles, person=PEOPLE)
    def forget(self, key: str, person: int) -> None:
        outcome = self.outcome(self._do(matching.forget_match, attempt_id=self.attempts[person], job_profile=key))
        assert outcome == ("" if self.saved.pop((key, self.attempts[person]), None) else "NotFound")

    @invariant()
    def is_as_the_dictionaries_say(self) -> None:
        rows, page = self.run(self._stored())
        spelled = {row.key: (queried(row.targets), row.version, row.target_count, row.name) for row in rows}
        assert spelled == {key: (targets, version, len(targets), "Job") for key, (targets, version) in self.known.items()}
        kept = {(row.job_profile_key, row.attempt_id): (Fraction(row.numerator, row.denominator), row.profile_version) for row in page.rows}
        assert kept == self.saved
        assert all(row.overall == half_up(Fraction(row.numerator, row.denominator)) for row in page.rows)

    async def _stored(self) -> tuple[list[Any], Any]:
        read = self.world.database.read()
        page = await queries.saved(read, self.account_id, Window(first=100), order="newest")
        return await queries.everything(read, self.account_id), page


def queried(stored: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Stored targets by the names they were given with."""
    names = {"okMin": "ok_min", "okMax": "ok_max", "criticalLow": "critical_low", "criticalHigh": "critical_high"}
    return {scale: {names.get(name, name): value for name, value in told.items()} for scale, told in stored.items()}


def test_holds_whatever_is_done(database_url: str, tmp_path: Path) -> None:
    play(Life, database_url, tmp_path, examples=3, steps=15)
