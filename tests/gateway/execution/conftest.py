"""The real graph with its executor, made once: nothing here needs a database."""

import pytest

from gateway import graph
from gateway.execution.documents import Documents
from gateway.execution.run import Executor
from resolvers.schema import build


@pytest.fixture(scope="session")
def executor() -> Executor:
    return graph.executor(build())


@pytest.fixture
def documents(executor: Executor) -> Documents:
    """The graph's documents, with a cache of their own."""
    shared = executor.documents
    return Documents(shared.schema, shared.policy, shared.guard.limits)
