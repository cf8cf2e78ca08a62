"""A REST API as integrators call it, every answer held to its own OpenAPI document on the way."""

from typing import Any, ClassVar

from tests.rest_compat.answers import Answers
from tests.support.http import Http, Reply


class Api:
    """A client of one API."""

    base: ClassVar[str]

    def __init__(self, http: Http, answers: Answers) -> None:
        self.http = http
        self._answers = answers

    async def call(self, method: str, path: str, **options: Any) -> Reply:
        """Call an operation with the account's key, unless `key` says otherwise."""
        reply = await self.http.request(method, self.base + path, **options)
        self._answers.check(method, self.base + path.partition("?")[0], reply)
        return reply

    async def answer(self, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
        """The whole body of a success."""
        reply = await self.call(method, path, **options)
        assert reply.status == status, reply.text
        return reply.json()
