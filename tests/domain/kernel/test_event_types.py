"""What can happen, declared: events are held to it when they are recorded, and schemas say the same as the checks."""

import time
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.event_types import CATALOGUE, EventType, Thing, Unfit, code, codes, happening, number, reference, references, yes_or_no
from domain.kernel.events import last
from tests.domain.modules import MODULES
from tests.support.world import World

assert MODULES
PAGE, CHAPTER = Thing("Page", "pg_"), Thing("Chapter")
BOOK = Thing("Book", uuid="6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
TURNED = EventType(
    "page.turned",
    PAGE,
    "A page was turned.",
    {
        "lines": number("How many.", least=1),
        "read": yes_or_no("Whether it was read."),
        "mood": code("How.", ["glad", "sad"]),
        "marks": codes("Which.", ["dog_ear", "pencil"]),
        "next": reference("Where to.", PAGE),
        "chapter": reference("In what.", CHAPTER),
        "before": references("From where.", PAGE),
        "book": reference("In which.", BOOK),
        "notes": number("How many.", optional=True),
    },
)
GIVEN: dict[str, Any] = {
    "lines": 1,
    "read": False,
    "mood": "sad",
    "marks": ["pencil", "dog_ear"],
    "next": "pg_2",
    "chapter": 7,
    "before": [],
    "book": BOOK.example,
}
WRONG = [
    ("lines", 0),
    ("lines", True),
    ("lines", 1.0),
    ("lines", "1"),
    ("read", 0),
    ("read", None),
    ("mood", "angry"),
    ("mood", ["sad"]),
    ("marks", "pencil"),
    ("marks", ["pencil", "Anna Berger"]),
    ("next", "pg_"),
    ("next", "inv_1"),
    ("next", 2),
    ("chapter", "7"),
    ("chapter", -1),
    ("before", ["pg_1", 2]),
    ("book", "Anna Berger"),
    ("book", BOOK.example.upper()),
    ("book", f"{BOOK.example}0"),
    ("notes", "a word"),
    ("name", "Anna Berger"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["sad", "glad", "pencil", "dog_ear", "pg_", "pg_1", "7"])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


class TestCheck:
    def test_takes_what_is_declared(self) -> None:
        TURNED.check("pg_1", GIVEN)
        TURNED.check("pg_1", {**GIVEN, "notes": 3})

    @pytest.mark.parametrize(("name", "value"), WRONG)
    def test_refuses_anything_else(self, name: str, value: Any) -> None:
        with pytest.raises(Unfit, match=name):
            TURNED.check("pg_1", {**GIVEN, name: value})

    @pytest.mark.parametrize("name", GIVEN)
    def test_refuses_what_says_too_little(self, name: str) -> None:
        with pytest.raises(Unfit, match=name):
            TURNED.check("pg_1", {key: value for key, value in GIVEN.items() if key != name})

    @pytest.mark.parametrize("subject", ["", "pg_", "inv_1", "1", 1])
    def test_refuses_what_it_does_not_happen_to(self, subject: Any) -> None:
        with pytest.raises(Unfit, match="happens to a Page"):
            TURNED.check(subject, GIVEN)

    @given(st.fixed_dictionaries({}, optional={name: VALUES | st.just(GIVEN.get(name, 1)) for name in TURNED.facts}))
    def test_agrees_with_the_schema(self, facts: dict[str, Any]) -> None:
        try:
            TURNED.check("pg_1", facts)
            fits = True
        except Unfit:
            fits = False
        assert jsonschema_rs.validator_for(dict(TURNED.schema)).is_valid(facts) is fits

    def test_costs_microseconds(self) -> None:
        """It runs in every command; the bound is that of a slow machine."""
        began = time.process_time()
        for _ in range(10_000):
            TURNED.check("pg_1", GIVEN)
        assert (time.process_time() - began) / 10_000 < 50e-6

    async def test_what_does_not_fit_leaves_nothing(self, world: World) -> None:
        before, number_before = await world.rows(), await last(world.database.read(), world.account_id)
        with pytest.raises(Unfit):
            async with world.work() as uow:
                uow.record(TURNED, "pg_1", **{**GIVEN, "mood": "angry"})
        assert await world.rows() == before
        assert await last(world.database.read(), world.account_id) == number_before


class TestDeclaring:
    def test_a_name_twice_is_refused(self) -> None:
        with pytest.raises(Unfit, match=r"invite\.sent is declared already"):
            happening("invite.sent", PAGE, "Again.")

    @pytest.mark.parametrize("type", CATALOGUE.values(), ids=str)
    def test_each_has_an_example_that_fits(self, type: EventType) -> None:
        type.check(type.subject.example, type.example)
        jsonschema_rs.meta.validate(dict(type.schema))
        jsonschema_rs.validator_for(dict(type.schema)).validate(type.example)
