"""POST /invites/{inviteId}/remind."""

import asyncio

from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import Esc
from tests.support.world import World


class TestRemind:
    async def test_says_what_was_sent_and_what_is_left(self, esc: Esc, world: World) -> None:
        """R-ESC-3, R-ESC-27: `message` stands beside `data`."""
        key = await world.invite()
        world.advance(days=2, hours=1)
        assert await esc.answer("POST", f"/invites/{key}/remind") == {
            "success": True,
            "message": "Reminder sent successfully",
            "data": {
                "invite_id": key,
                "candidate_email": "anna@example.com",
                "status": "pending",
                "reminder_number": 1,
                "reminders_remaining": 2,
                "sent_at": "2026-03-04T10:00:00.000Z",
                "expires_at": "2026-04-01T09:00:00.000Z",
                "days_until_expiry": 28,
            },
        }
        await world.run_jobs()
        assert [(mail.template, mail.to) for mail in world.outbox.mails] == [("reminder", "anna@example.com")]

    async def test_takes_an_empty_body_or_an_empty_object(self, esc: Esc, world: World) -> None:
        for email, options in {"a@example.com": {"json": {}}, "b@example.com": {"data": b""}, "c@example.com": {"json": None}}.items():
            key = await world.invite(email)
            assert (await esc.data("POST", f"/invites/{key}/remind", **options))["reminder_number"] == 1

    async def test_goes_to_those_who_have_begun_too(self, esc: Esc, world: World) -> None:
        """R-ESC-28."""
        key = await world.invite()
        await world.begin(key)
        assert (await esc.data("POST", f"/invites/{key}/remind"))["status"] == "started"

    async def test_is_sent_three_times_a_day_apart(self, esc: Esc, world: World) -> None:
        """R-ESC-27, I-ESC-11: each refusal has its own code, and says when to come again where that helps."""
        key = await world.invite()
        path = f"/invites/{key}/remind"
        for number in (1, 2, 3):
            assert (await esc.data("POST", path))["reminder_number"] == number
            world.advance(hours=23, minutes=59)
            if number < 3:
                before = await world.rows()
                reply = await esc.call("POST", path)
                assert (reply.status, reply.json()["error"]["code"]) == (429, "REMINDER_TOO_SOON")
                assert reply.headers["Retry-After"] == "60"
                assert await world.rows() == before
            world.advance(minutes=1)
        before = await world.rows()
        reply = await esc.call("POST", path)
        assert (reply.status, reply.json()["error"]["code"]) == (429, "REMINDER_LIMIT_REACHED")
        assert "Retry-After" not in reply.headers
        assert await world.rows() == before

    async def test_is_sent_once_when_ten_ask_at_once(self, esc: Esc, world: World) -> None:
        """R-ESC-27, Q-7."""
        key = await world.invite()
        replies = await asyncio.gather(*(esc.call("POST", f"/invites/{key}/remind") for _ in range(10)))
        assert sorted(reply.status for reply in replies) == [200, *[429] * 9]
        assert await world.run_jobs() == 1

    async def test_does_not_go_where_nothing_can_be_done_any_more(self, esc: Esc, world: World) -> None:
        """R-ESC-28."""
        expired, begun = await world.invite("expired@example.com"), await world.invite("begun@example.com")
        await world.begin(begun)
        world.advance(days=30)
        completed, _ = await world.complete()
        before = await world.rows()
        for key in (expired, begun, completed):
            assert await esc.refusal("POST", f"/invites/{key}/remind") == (400, "BAD_REQUEST")
        assert await world.rows() == before
        assert await world.run_jobs() == 0

    async def test_of_another_account_is_not_found(self, esc: Esc, world: World) -> None:
        """I-ESC-10."""
        foreign, _ = await stories.foreign_invite(world)
        assert await esc.refusal("POST", f"/invites/{foreign}/remind") == (404, "NOT_FOUND")
