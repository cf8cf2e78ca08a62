"""PDF reports over REST: R-ESC-29, R-ESC-33."""

import pytest

from domain.kernel.permissions import EVERYTHING, Permission
from tests.domain.reports.made import Paper
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World


class TestReport:
    async def test_is_a_pdf(self, esc: Esc, world: World) -> None:
        invite, _ = await world.complete(name="Jörg Groß")
        reply = await esc.call("GET", f"/invites/{invite}/report")
        assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf")
        disposition = reply.headers["Content-Disposition"]
        assert disposition.startswith('attachment; filename="J_rg Gro_ - Profile report Standard.pdf"')
        assert "filename*=UTF-8''J%C3%B6rg%20Gro%C3%9F%20-%20Profile%20report%20Standard.pdf" in disposition
        assert "RateLimit-Remaining" in reply.headers
        assert reply.body.startswith(b"%PDF-1.7")
        assert "Jörg Groß" in Paper(reply.body).page(1)

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("query", "head"),
        [
            ("?type=standard", "Profile report · Standard"),
            ("?type=leadership&lang=de", "Profilbericht · Führung"),
            ("?lang=de&type=sales", "Profilbericht · Vertrieb"),
            ("?lang=en&type=sales", "Profile report · Sales"),
        ],
    )
    async def test_has_a_type_and_a_language(self, esc: Esc, world: World, query: str, head: str) -> None:
        invite, _ = await world.complete()
        assert head in Paper((await esc.call("GET", f"/invites/{invite}/report{query}")).body).page(1)

    async def test_is_where_the_results_say(self, esc: Esc, world: World) -> None:
        """R-ESC-33."""
        invite, _ = await world.complete()
        addresses = (await esc.data("GET", f"/invites/{invite}/results"))["reports"]
        assert list(addresses) == ["standard", "leadership", "sales"]
        tags = set()
        for address in addresses.values():
            reply = await esc.call("GET", address.removeprefix(f"{world.settings.address}/api/v1"))
            assert reply.status == 200
            tags.add(reply.headers["ETag"])
        assert len(tags) == 3


class TestAgain:
    async def test_is_told_by_its_tag(self, esc: Esc, world: World) -> None:
        invite, _ = await world.complete()
        path = f"/invites/{invite}/report"
        first, second = await esc.call("GET", path), await esc.call("GET", path)
        assert first.body == second.body
        tag = first.headers["ETag"]
        assert second.headers["ETag"] == tag
        for known in (tag, f'"another", {tag}', "*"):
            reply = await esc.call("GET", path, headers={"If-None-Match": known})
            assert (reply.status, reply.body, reply.headers["ETag"]) == (304, b"", tag)
            assert reply.headers["Cache-Control"] == "private, no-cache"
        for other in ('"another"', tag[:-2] + '0"'):
            assert (await esc.call("GET", path, headers={"If-None-Match": other})).status == 200
        await stories.describe(world, "anna@example.com", name="Anna Tal")
        assert (await esc.call("GET", path, headers={"If-None-Match": tag})).status == 200


class TestRefusals:
    async def test_exists_for_completed_invites_only(self, esc: Esc, world: World) -> None:
        """R-ESC-29."""
        pending, begun = await world.invite("p@example.com"), await world.invite("b@example.com")
        await stories.take(world, begun, complete=False)
        for _ in ("now", "a month later"):
            for invite in (pending, begun):
                assert await esc.refusal("GET", f"/invites/{invite}/report") == (400, "NOT_COMPLETED")
            world.advance(days=31)

    async def test_is_not_found_for_others(self, esc: Esc, world: World) -> None:
        _, attempt = await world.complete()
        foreign, _ = await stories.foreign_invite(world, completed=True)
        entered, _ = await stories.enter(world)
        for key in ("inv_unknown", str(attempt), foreign, entered):
            assert await esc.refusal("GET", f"/invites/{key}/report") == (404, "NOT_FOUND")

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        "query", ["type=employee", "type=", "type=Standard", "lang=fr", "lang=", "lang=EN", "type=sales&type=standard"]
    )
    async def test_knows_no_other_types_and_languages(self, esc: Esc, world: World, query: str) -> None:
        invite, _ = await world.complete()
        assert await esc.refusal("GET", f"/invites/{invite}/report?{query}") == (400, "BAD_REQUEST")

    @ON_ONE_DATABASE
    async def test_needs_its_permission(self, esc: Esc, world: World) -> None:
        invite, _ = await world.complete()
        key = await stories.key_of(world, EVERYTHING - {Permission.REPORTS_READ})
        assert await esc.refusal("GET", f"/invites/{invite}/report", key=key) == (403, "FORBIDDEN")
        assert await esc.refusal("GET", f"/invites/{invite}/report", key=None) == (401, "UNAUTHORIZED")
