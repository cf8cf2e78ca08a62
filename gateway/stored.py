"""Stored operations: texts from files, made ready at start, run without HTTP in between."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any

from gateway.execution.documents import Prepared
from gateway.execution.run import Answer, Executor
from resolvers.context import Context


class WrongOperation(Exception):
    """A stored operation that does not fit the schema; found at start, not by a user."""


class StoredOperations:
    """The operations of one folder by their names; a file is named after its operation."""

    def __init__(self, executor: Executor, folder: Traversable) -> None:
        self._executor = executor
        self._prepared = {name: self._prepare(name, text) for name, text in texts(folder).items()}

    def _prepare(self, name: str, text: str) -> Prepared:
        document = self._executor.documents.get(text)
        if document.errors or list(document.operations) != [name]:
            raise WrongOperation(f"{name}.graphql: {document.errors[0].message if document.errors else 'holds another operation'}")
        return document.operations[name]

    def __getitem__(self, name: str) -> Prepared:
        return self._prepared[name]

    def __iter__(self) -> Any:
        return iter(self._prepared)

    async def run(self, name: str, variables: Mapping[str, Any], context: Context) -> Answer:
        """Run an operation by its name."""
        return await self._executor.run(self._prepared[name], variables, context)


def texts(folder: Traversable) -> dict[str, str]:
    """The operations of a folder as text, by name."""
    found = (file for file in folder.iterdir() if file.name.endswith(".graphql"))
    return {file.name.removesuffix(".graphql"): file.read_text("utf-8") for file in sorted(found, key=lambda file: file.name)}
