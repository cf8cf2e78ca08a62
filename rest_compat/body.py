"""Answer bodies: pydantic models with the wire's names, read from what the graph answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema


class _Same:
    """Marks a field that is read from the very object that its parent is read from."""


SAME = _Same()


class Body(BaseModel):
    """Part of an answer. A documented field is always there; what may be left out is declared with `may_lack`."""

    model_config = ConfigDict(populate_by_name=False, extra="ignore")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Give fields marked SAME the whole object, or the whole list; bodies without any are read by pydantic alone."""
        schema: Any = handler(source)
        names = [name for name, part in cls.model_fields.items() if any(mark is SAME for mark in part.metadata)]
        if names and schema["type"] == "model" and schema["schema"]["type"] == "model-fields":  # or pydantic asks a second time
            schema["schema"] = core_schema.no_info_before_validator_function(_HandOn(names), schema["schema"])
        return cast(CoreSchema, schema)


class _HandOn:
    """Puts an object into itself under the names of fields marked SAME."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __call__(self, source: Any) -> Any:
        found = dict(source) if isinstance(source, dict) else {}
        for name in self._names:
            found[name] = source
        return found


def at(path: str) -> Any:
    """Read a field from a place in the graph's object: `at("attempt.result.completedAt")`, `at("attempts.0")`."""
    return Field(validation_alias=_place(path))


def _place(path: str) -> str | AliasPath:
    first, *others = path.split(".")
    return AliasPath(first, *(int(part) if part.isdigit() else part for part in others)) if others else path


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
        return Field(default=None, exclude_if=_is_nothing, json_schema_extra=_without_null)
    return Field(default=None, validation_alias=_place(path), exclude_if=_is_nothing, json_schema_extra=_without_null)


def _is_nothing(value: Any) -> bool:
    return value is None


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
    """What a body is read with: `base`, the address of the API, `asked`, the parameters of the request, and in a message `facts`."""
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
