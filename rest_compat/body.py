"""Answer bodies: pydantic models with the wire's names, read from what the graph answered."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
    model_validator,
)


class _Same:
    """Marks a field that is read from the very object that its parent is read from."""


SAME = _Same()


class Body(BaseModel):
    """Part of an answer. A documented field is always there; what may be left out is declared with `may_lack`."""

    model_config = ConfigDict(populate_by_name=False, extra="ignore")
    handed_on: ClassVar[frozenset[str]] = frozenset()
    may_be_left_out: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: Any) -> None:
        cls.handed_on = frozenset(name for name, part in cls.model_fields.items() if any(mark is SAME for mark in part.metadata))
        cls.may_be_left_out = frozenset(name for name, part in cls.model_fields.items() if not part.is_required())

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, source: Any) -> Any:
        """Give fields marked SAME the whole object, or the whole list."""
        own = source if isinstance(source, Mapping) else {}
        return {**own, **dict.fromkeys(cls.handed_on, source)} if cls.handed_on else source

    @model_serializer(mode="wrap")
    def _leave_out(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what may be left out and has no value: the contract does not let it be null."""
        dumped: dict[str, Any] = dump(self)
        for name in self.may_be_left_out:
            if dumped.get(name) is None:
                dumped.pop(name, None)
        return dumped


def at(path: str) -> Any:
    """Read a field from a place in the graph's object: `at("attempt.result.completedAt")`."""
    return Field(validation_alias=AliasPath(*path.split(".")))


def _without_null(schema: dict[str, Any]) -> None:
    """Say in the schema that the value is never null; it is left out instead."""
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    schema.pop("default", None)
    if len(options) == 1:
        schema.update(options[0])
    elif options:
        schema["anyOf"] = options


def may_lack(path: str | None = None) -> Any:
    """The same for a field that is left out when it has no value or was not asked for."""
    if path is None:
        return Field(default=None, json_schema_extra=_without_null)
    return Field(default=None, validation_alias=AliasPath(*path.split(".")), json_schema_extra=_without_null)


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def link(template: str, *, when: Callable[[Mapping[str, Any]], bool] = lambda _source: True) -> BeforeValidator:
    """An address of this API, made from the object it stands in: `link("/invites/{key}/results")`; None unless `when`."""

    def make(source: Any, info: ValidationInfo) -> Any:
        if not isinstance(source, Mapping) or not when(source):
            return None
        return context_of(info)["base"] + template.format_map(source)

    return BeforeValidator(make)


def asked(name: str) -> BeforeValidator:
    """The value of a parameter of this very request, as the wire spells it."""
    return BeforeValidator(lambda _source, info: context_of(info)["asked"].get(name))


def constant(value: Any) -> BeforeValidator:
    """A value that says the same of every answer."""
    return BeforeValidator(lambda _source: value)


def context_of(info: ValidationInfo) -> Mapping[str, Any]:
    """What a body is read with: `base`, the address of the API, and `asked`, the parameters of the request."""
    assert info.context is not None, "bodies are read with the context of their request"
    context: Mapping[str, Any] = info.context
    return context


def _day(value: Any) -> Any:
    return value[:10] if isinstance(value, str) else value


def _or_empty(value: Any) -> Any:
    return "" if value is None else value


Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[str, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Address = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Text = Annotated[str, BeforeValidator(_or_empty)]
"""A text that the contract does not let be null and that people expect to be there: empty instead (I-ESC-24)."""
