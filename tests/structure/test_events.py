"""The catalogue of events: nothing is recorded that is not declared, nothing declared that is never recorded."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from domain.kernel.event_types import CATALOGUE, EventType
from gateway.catalogue import page
from resolvers.nodes import SOURCES
from resolvers.schema import build
from tests.domain.modules import MODULES
from tests.structure.places import ROOT, sources

DECLARING = [path for path in sources("domain") if path.name == "events.py" and path.parent.name != "kernel"]
NOT_IN_THE_GRAPH = {"Entry"}
"""Things that nobody can fetch: an entry is a stranger's email address until it is confirmed."""
assert MODULES


def declared(path: Path) -> dict[str, str]:
    """The constants of a file that are types of events, and the names they have."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "happening":
            [target], name = node.targets, node.value.args[0]
            assert isinstance(name, ast.Constant)
            found[ast.unparse(target)] = str(name.value)
    return found


def record_calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sources("domain", "gateway", "resolvers"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("uow.record"):
                yield path, node


class TestCatalogue:
    def test_is_what_the_contexts_declare_in_their_own_files(self) -> None:
        found = {name: constant for path in DECLARING for constant, name in declared(path).items()}
        assert len(DECLARING) >= 10
        assert set(found) == set(CATALOGUE)
        assert all(constant == name.replace(".", "_").upper() for name, constant in found.items())

    def test_names_are_of_one_form(self) -> None:
        for type in CATALOGUE.values():
            assert re.fullmatch(r"[a-z_]+\.[a-z_]+", type.name), type.name
            for text in (type.description, *(fact.description for fact in type.facts.values())):
                assert re.fullmatch(r"[A-Z].*\.", text), text

    def test_nothing_is_recorded_but_by_its_declaration(self) -> None:
        calls = list(record_calls())
        assert len(calls) >= 40
        for path, call in calls:
            what = ast.unparse(call.args[0])
            assert re.match(r"((events|happened)\.[A-Z_]+\b|happened$|_TOLD\[)", what), (
                f"{path.relative_to(ROOT)}:{call.lineno} records {what}"
            )

    def test_everything_that_is_declared_is_recorded(self) -> None:
        spelled = {path: path.read_text() for path in sources("domain") if path.name != "events.py"}
        for path in DECLARING:
            for constant in declared(path):
                assert any(re.search(rf"\b(events|happened)\.{constant}\b", text) for text in spelled.values()), (
                    f"nobody records {constant}"
                )

    def test_it_happens_to_what_can_be_fetched_by_its_key(self) -> None:
        schema = build()._schema
        for type in CATALOGUE.values():
            assert_known(type)
            if type.subject.name not in NOT_IN_THE_GRAPH:
                assert schema.type_map[type.subject.name]


def test_the_page_about_events_is_current() -> None:
    assert (ROOT / "docs" / "events.md").read_text() == page(), "run: centil events > docs/events.md"


def assert_known(type: EventType) -> None:
    name = type.subject.name
    assert (name in SOURCES) is (name not in NOT_IN_THE_GRAPH), f"{type.name} happens to {name}, which nobody can fetch"
