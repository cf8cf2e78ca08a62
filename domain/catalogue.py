"""The whole catalogue of events: the declarations of every context, imported."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Sequence
from operator import attrgetter

import domain
from domain.kernel.event_types import CATALOGUE, EventType

KERNEL = "kernel"
"""Has the rows of events, and declares none."""


def _declarations() -> Sequence[str]:
    contexts = [found.name for found in pkgutil.iter_modules(domain.__path__) if found.ispkg and found.name != KERNEL]
    return [f"domain.{context}.events" for context in contexts if importlib.util.find_spec(f"domain.{context}.events")]


for _name in _declarations():
    importlib.import_module(_name)

EVENT_TYPES: Sequence[EventType] = sorted(CATALOGUE.values(), key=attrgetter("name"))
"""Every type of event there is, by name."""
