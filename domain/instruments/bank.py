"""The item bank of the profile questionnaire: scales in their published order, items in both languages."""

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, ClassVar

from domain.kernel.language import Text

PROFILE = "escprofile"
FILES = {(PROFILE, "1.0"): "escprofile_1_0.toml"}
"""Every version that was ever published; results stay readable by the version they were taken with."""
CURRENT = {PROFILE: "1.0"}
POINTS = 5
"""Answers go from 1 to 5."""
SHARE_NEEDED = (4, 5)
"""A scale has a value when at least 80 % of its items are answered (ARCHITECTURE section 10)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One statement to agree or disagree with; `position` is its place in the stored answers."""

    graph_type: ClassVar[str] = "Item"
    key: str
    position: int
    scale: str
    reverse: bool
    text: Text


@dataclass(frozen=True, slots=True)
class Scale:
    """What five items measure together."""

    graph_type: ClassVar[str] = "Scale"
    key: str
    position: int
    kind: str
    group: str
    group_name: Text
    name: Text
    description: Text
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Instrument:
    """One version of something that can be taken."""

    graph_type: ClassVar[str] = "Instrument"
    key: str
    version: str
    name: Text
    description: Text
    duration_minutes: int
    answers_en: tuple[str, ...]
    answers_de: tuple[str, ...]
    scales: tuple[Scale, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of the file, which is the order of stored answers."""
        return tuple(item for scale in self.scales for item in scale.items)

    @cached_property
    def asked(self) -> tuple[Item, ...]:
        """All items in the order they are asked: one of each scale in turn, so that neighbours measure different things."""
        per_scale = [scale.items for scale in self.scales]
        return tuple(items[index] for index in range(len(per_scale[0])) for items in per_scale)

    @cached_property
    def by_key(self) -> dict[str, Item]:
        return {item.key: item for item in self.items}


def current(key: str) -> Instrument | None:
    """The version of an instrument that new invites get; None for an unknown key."""
    return instrument(key, CURRENT[key]) if key in CURRENT else None


def find(key: str, version: str) -> Instrument | None:
    """One version of an instrument; None when it was never published."""
    return instrument(key, version) if (key, version) in FILES else None


@cache
def instrument(key: str, version: str) -> Instrument:
    """One version of an instrument."""
    raw = tomllib.loads((files(__package__) / "data" / FILES[key, version]).read_text("utf-8"))
    groups = {group["key"]: Text.of(group["name"]) for group in raw["groups"]}
    head = raw["instrument"]
    return Instrument(
        key=head["key"],
        version=head["version"],
        name=Text.of(head["name"]),
        description=Text.of(head["description"]),
        duration_minutes=head["duration_minutes"],
        answers_en=tuple(head["answers"]["en"]),
        answers_de=tuple(head["answers"]["de"]),
        scales=tuple(_scale(number, scale, groups) for number, scale in enumerate(raw["scales"])),
    )


def _scale(number: int, raw: dict[str, Any], groups: dict[str, Text]) -> Scale:
    first = number * len(raw["items"])
    return Scale(
        key=raw["key"],
        position=number,
        kind=raw["kind"],
        group=raw["group"],
        group_name=groups[raw["group"]],
        name=Text.of(raw["name"]),
        description=Text.of(raw["description"]),
        items=tuple(
            Item(key=item["key"], position=first + index, scale=raw["key"], reverse=item["reverse"], text=Text.of(item))
            for index, item in enumerate(raw["items"])
        ),
    )
