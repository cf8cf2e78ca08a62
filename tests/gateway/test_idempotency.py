"""Requests with an Idempotency-Key over HTTP: done once, answered again (Q-10)."""

from typing import Any

import pytest

from domain.invites.model import Invite
from tests.support.http import Http, Reply

KEY = {"Idempotency-Key": "invite-anna-1"}
BODY = {"email": "anna@example.com"}


async def send(http: Http, body: Any = BODY, headers: Any = KEY, **options: Any) -> Reply:
    return await http.esc("POST", "/invites", json=body, headers=headers, **options)


class TestRest:
    async def test_the_same_again_is_answered_again_and_done_once(self, http: Http) -> None:
        first = await send(http)
        assert (first.status, first.headers.get("Idempotent-Replayed")) == (201, None)
        for _ in range(2):
            again = await send(http)
            assert (again.status, again.body) == (first.status, first.body)
            assert again.headers["Idempotent-Replayed"] == "true"
            assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert await http.world.count(Invite) == 1
