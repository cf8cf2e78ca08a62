"""What the contexts declare for all, imported: their types of events, what follows from events, the instruments they offer."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Sequence
from operator import attrgetter

import domain
from domain.kernel.event_types import CATALOGUE, EventType

KERNEL = "kernel"
"""Has the rows of events, and declares none."""


DECLARING = ("events", "instrument", "reactions")


def declarations() -> Sequence[str]:
    """The modules of the contexts that declare something for all."""
    contexts = [found.name for found in pkgutil.iter_modules(domain.__path__) if found.ispkg and found.name != KERNEL]
    names = [f"domain.{context}.{module}" for context in contexts for module in DECLARING]
    return [name for name in names if importlib.util.find_spec(name)]


for _name in declarations():
    importlib.import_module(_name)

EVENT_TYPES: Sequence[EventType] = sorted(CATALOGUE.values(), key=attrgetter("name"))
"""Every type of event there is, by name."""
