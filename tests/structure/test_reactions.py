"""What follows from events: declared in files of their own, known wherever something is written, and done by a job there is."""

import importlib.util
from pathlib import Path

import pytest

from domain import catalogue
from domain.kernel import reactions
from domain.kernel.jobs import JOBS


class TestDeclarations:
    @pytest.mark.parametrize("place", ["gateway.app", "gateway.jobs.declared"])
    def test_server_and_worker_import_them_all(self, place: str) -> None:
        """By the catalogue; a process that lacked one would record an event from which nothing follows."""
        found = importlib.util.find_spec(place)
        assert found is not None
        assert found.origin is not None
        assert "import domain.catalogue" in Path(found.origin).read_text()

    def test_the_catalogue_has_those_of_every_context(self) -> None:
        files = {path.relative_to(path.parents[2]) for path in Path(catalogue.__file__).parent.glob("*/*.py")}
        declaring = {".".join(path.with_suffix("").parts) for path in files if path.stem in catalogue.DECLARING}
        assert {name for name in declaring if ".kernel." not in name} == set(catalogue.declarations())

    def test_every_job_that_follows_is_one_that_the_worker_knows(self) -> None:
        following = [reaction for declared in reactions.declared().values() for reaction in declared]
        assert following
        assert all(JOBS[reaction.job.name] is reaction.job for reaction in following)

    def test_the_worker_knows_every_job_there_is(self) -> None:
        """By one list, which a context with its first job joins."""
        named = Path(catalogue.__file__).parents[1] / "gateway/jobs/declared.py"
        declaring = {path for path in Path(catalogue.__file__).parent.rglob("*.py") if "\n@job(" in path.read_text()}
        assert len(declaring) >= 15
        for path in declaring:
            assert f"import domain.{path.parent.name}.{path.stem}" in named.read_text()

    def test_every_event_from_which_something_follows_is_in_the_catalogue(self) -> None:
        assert reactions.declared().keys() <= {type.name for type in catalogue.EVENT_TYPES}
