"""Answer bodies: read from the graph's objects, written with the wire's names."""

from typing import Annotated, Any

import pytest
from pydantic import BeforeValidator, ValidationError

from rest_compat.body import SAME, Address, Body, Day, Moment, Text, asked, at, constant, link, may_lack

CONTEXT = {"base": "https://api.example/v1", "asked": {"limit": 100, "q": None}}


class Person(Body):
    email: str = at("email")
    first_name: Text = at("givenName")


class Links(Body):
    self_: Annotated[str, link("/things/{key}"), SAME]
    results: Annotated[str | None, link("/things/{key}/of/{owner[key]}", when=lambda thing: thing["done"]), SAME]


class Thing(Body):
    id: str = at("key")
    person: Person = at("owner")
    city: str = at("owner.home.city")
    note: str | None = at("note")
    gender: str | None = may_lack("owner.gender")
    extra: Person | None = may_lack("extra")
    links: Annotated[Links, SAME]
    limit: Annotated[int, asked("limit"), SAME]
    q: Annotated[str | None, asked("q"), SAME] = may_lack()
    is_new: Annotated[bool, constant(True), SAME]


class Things(Body):
    things: Annotated[list[Thing], SAME]
    total: Annotated[int, BeforeValidator(len), SAME]


THING: dict[str, Any] = {
    "key": "t_1",
    "owner": {"key": "o_1", "email": "a@example.com", "givenName": None, "gender": None, "home": {"city": "Ulm"}},
    "note": None,
    "extra": None,
    "done": False,
    "secret": "never shown",
}
WRITTEN = {
    "id": "t_1",
    "person": {"email": "a@example.com", "first_name": ""},
    "city": "Ulm",
    "note": None,
    "links": {"self_": "https://api.example/v1/things/t_1", "results": None},
    "limit": 100,
    "is_new": True,
}


def written(source: Any, model: type[Body] = Thing) -> Any:
    return model.model_validate(source, context=CONTEXT).model_dump()


class TestBody:
    def test_writes_the_names_of_the_wire_and_nothing_else(self) -> None:
        assert written(THING) == WRITTEN

    def test_keeps_the_order_of_its_fields(self) -> None:
        assert list(written(THING)) == list(WRITTEN)

    def test_shows_what_may_lack_when_it_is_there(self) -> None:
        owner = {**THING["owner"], "gender": "FEMALE"}
        told = written({**THING, "owner": owner, "extra": {"email": "b@example.com", "givenName": "Bo"}})
        assert told == {**WRITTEN, "gender": "FEMALE", "extra": {"email": "b@example.com", "first_name": "Bo"}}

    def test_leaves_out_what_was_not_selected(self) -> None:
        assert written({name: value for name, value in THING.items() if name != "extra"}) == WRITTEN

    def test_shows_what_is_false_or_nothing(self) -> None:
        """Only null is left out: an empty text and zero are values."""
        assert written({**THING, "owner": {**THING["owner"], "gender": ""}})["gender"] == ""

    def test_makes_a_link_when_its_condition_holds(self) -> None:
        assert written({**THING, "done": True})["links"]["results"] == "https://api.example/v1/things/t_1/of/o_1"

    def test_reads_a_whole_list(self) -> None:
        assert written([THING, THING], Things) == {"things": [WRITTEN, WRITTEN], "total": 2}

    @pytest.mark.parametrize("missing", ["owner", "note"])
    def test_fails_loudly_when_a_documented_field_is_not_there(self, missing: str) -> None:
        with pytest.raises(ValidationError):
            written({name: value for name, value in THING.items() if name != missing})

    def test_fails_loudly_when_null_stands_where_the_contract_has_none(self) -> None:
        with pytest.raises(ValidationError):
            written({**THING, "key": None})

    def test_is_not_read_by_the_names_of_the_wire(self) -> None:
        with pytest.raises(ValidationError):
            Person.model_validate({"email": "a@example.com", "first_name": "Anna"})


class TestSchema:
    SCHEMA = Thing.model_json_schema(by_alias=False)

    def test_requires_all_but_what_may_lack(self) -> None:
        assert set(self.SCHEMA["required"]) == set(WRITTEN)

    def test_never_says_null_of_what_may_lack(self) -> None:
        told = {name: self.SCHEMA["properties"][name] for name in ("gender", "extra", "q")}
        assert [schema.get("type") or schema.get("$ref") for schema in told.values()] == ["string", "#/$defs/Person", "string"]
        assert not any({"anyOf", "default"} & schema.keys() for schema in told.values())

    def test_says_null_where_it_may_stand(self) -> None:
        assert {"type": "null"} in self.SCHEMA["properties"]["note"]["anyOf"]

    def test_names_formats(self) -> None:
        class Formats(Body):
            at_: Moment
            on: Day
            where: Address

        properties = Formats.model_json_schema(by_alias=False)["properties"]
        assert [properties[name]["format"] for name in ("at_", "on", "where")] == ["date-time", "date", "uri"]


class TestTexts:
    @pytest.mark.parametrize(("given", "written_as"), [("2026-03-02T09:00:00.000Z", "2026-03-02"), ("2026-03-02", "2026-03-02")])
    def test_a_day_is_the_first_part_of_a_moment(self, given: str, written_as: str) -> None:
        class Dated(Body):
            on: Day = at("at")

        assert written({"at": given}, Dated) == {"on": written_as}

    def test_a_text_that_nobody_gave_is_empty(self) -> None:
        """I-ESC-24."""
        assert written({"email": "a", "givenName": None}, Person) == {"email": "a", "first_name": ""}
