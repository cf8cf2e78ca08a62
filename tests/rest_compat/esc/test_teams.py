"""/teams: groups of candidates, their members, and all of it as a file."""

import csv
import io
from typing import Any

import pytest

from domain.instruments import bank
from domain.kernel.permissions import Permission
from rest_compat.esc.scores import DIMENSIONS, GRAVES
from tests.domain.teams.acting import add, create
from tests.rest_compat.esc import hand, stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.crowd import FIRST, anonymize, gather
from tests.support.world import World, some_answers

NOW = "2026-03-02T09:00:00.000Z"
EVIL = ["=1+1", '+"quoted"', "-a;b,c", "@ÄÖÜ ß", "Ärzte, Dr. 李 雷", "\u2028Sep"]


def summary(team: int, **told: Any) -> dict[str, Any]:
    shown = {"title": "Sales", "subtitle": "", "description": "", "status": "active", "member_count": 0, "created_at": NOW}
    return {"id": team, **shown, "created_by": "API key", **told}


async def made(esc: Esc, **told: Any) -> Any:
    return await esc.data("POST", "/teams", status=201, json={"title": "Sales", **told})


class TestMaking:
    async def test_is_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-59."""
        [key] = (await esc.http.graph("{ apiKeys(first: 1) { nodes { name } } }"))["apiKeys"]["nodes"]
        told = {"title": "Sales Team Q1", "subtitle": "South", "description": "Two\nlines"}
        body = await esc.answer("POST", "/teams", status=201, json=told)
        assert body == {"success": True, "data": summary(body["data"]["id"], **told, created_by=key["name"])}

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        "body",
        [{}, {"title": ""}, {"title": " "}, {"title": None}, {"title": 5}, {"title": "x" * 201}, {"title": "a", "subtitle": "x" * 201}],
    )
    async def test_needs_a_title(self, esc: Esc, world: World, body: dict[str, Any]) -> None:
        before = await world.rows()
        status, code, message = await esc.told("POST", "/teams", json=body)
        assert (status, code) == (400, "BAD_REQUEST")
        assert "'title'" in message or "'subtitle'" in message
        assert await world.rows() == before


class TestList:
    async def test_shows_active_teams_unless_others_are_asked_for(self, esc: Esc, world: World) -> None:
        """R-ESC-58."""
        ids = []
        for number in range(3):
            ids.append((await made(esc, title=f"Team {number}"))["id"])
            world.advance(minutes=1)
        put_aside = f'mutation {{ updateTeam(input: {{key: "{ids[1]}", active: false}}) {{ __typename }} }}'
        await esc.http.graph(put_aside)
        for query, shown in {"": [2, 0], "?status=active": [2, 0], "?status=inactive": [1], "?status=all": [2, 1, 0]}.items():
            data = await esc.data("GET", f"/teams{query}")
            assert [team["id"] for team in data["teams"]] == [ids[number] for number in shown]
            assert {team["status"] for team in data["teams"]} == {"inactive" if number == 1 else "active" for number in shown}
            assert data["pagination"] == {"total": len(shown), "limit": 50, "offset": 0, "has_more": False}
        page = await esc.data("GET", "/teams?status=all&limit=1&offset=1")
        assert ([team["id"] for team in page["teams"]], page["pagination"]["has_more"]) == ([ids[1]], True)

    @ON_ONE_DATABASE
    async def test_refuses_other_words(self, esc: Esc) -> None:
        for query in ("status=ACTIVE", "status=", "limit=0", "offset=-1"):
            assert await esc.refusal("GET", f"/teams?{query}") == (400, "BAD_REQUEST"), query


class TestDetails:
    async def test_are_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """Who came by the open link has no invite on the wire."""
        team = await create(world, subtitle="South")
        invite, session = await world.complete()
        _, entered = await stories.enter(world)
        await add(world, team, session)
        world.advance(minutes=1)
        await add(world, team, entered)
        common = {"assessment_type": "escprofile", "completed_at": NOW}
        olga = {"first_name": "Olga", "last_name": "Offen", "email": "olga@example.com"}
        anna = {"first_name": "Anna", "last_name": "Berg", "email": "anna@example.com"}
        told = await esc.data("GET", f"/teams/{team}")
        members = [
            {"session_id": entered, "invite_id": None, **olga, **common},
            {"session_id": session, "invite_id": invite, **anna, **common},
        ]
        assert told == {**summary(team, subtitle="South", member_count=2, created_by=told["created_by"]), "members": members}

    async def test_leave_anonymised_candidates_out(self, esc: Esc, world: World) -> None:
        """R-ESC-55."""
        team, people = await create(world), await gather(world, 3)
        await add(world, team, *people)
        await anonymize(world, people[1])
        told = await esc.data("GET", f"/teams/{team}")
        assert ([member["session_id"] for member in told["members"]], told["member_count"]) == ([people[2], people[0]], 2)
        assert [shown["member_count"] for shown in (await esc.data("GET", "/teams"))["teams"]] == [2]
        exported = await esc.data("GET", f"/teams/{team}/export?format=json")
        assert (len(exported["members"]), exported["member_count"]) == (2, 2)
        assert str(people[1]) not in (await esc.call("GET", f"/teams/{team}/export")).text

    @pytest.mark.parametrize("count", [0, 100, 101, 250])
    async def test_have_all_members_however_many(self, esc: Esc, world: World, count: int) -> None:
        """Read a hundred at a time, answered as one; the JSON is checked like any other."""
        team = await create(world, 'A "team" with, [members]')
        people = await gather(world, count, team=team)
        for path in (f"/teams/{team}", f"/teams/{team}/export?format=json"):
            told = await esc.data("GET", path)
            assert [member["session_id"] for member in told["members"]] == people[::-1], path
            assert told["member_count"] == count
        assert len((await esc.call("GET", f"/teams/{team}/export")).text.splitlines()) == count + 1

    async def test_of_no_team_are_not_found(self, esc: Esc, world: World) -> None:
        stranger, _ = await world.other_account()
        foreign = await create(world, actor=stranger)
        for team in (foreign, 999, 0, -1, 2**63 - 1, 2**63, -(2**63) - 1, 10**400):
            for path in (f"/teams/{team}", f"/teams/{team}/export", f"/teams/{team}/export?format=json"):
                assert await esc.refusal("GET", path) == (404, "NOT_FOUND"), path
        for word in ("abc", "1.0", "-", "9" * 30 + "x"):
            assert await esc.refusal("GET", f"/teams/{word}") == (400, "BAD_REQUEST"), word

    async def test_of_no_number_are_not_taken_for_those_of_another(self, esc: Esc, world: World) -> None:
        """What has more than 64 bits is nobody's number, whatever is done with it."""
        team = await create(world)
        before = await world.rows()
        for number in (2**64 + team, 10**30):
            assert await esc.refusal("DELETE", f"/teams/{number}") == (404, "NOT_FOUND")
            assert await esc.refusal("DELETE", f"/teams/{team}/members/{number}") == (404, "NOT_FOUND")
        assert await world.rows() == before


class TestChanging:
    async def test_changes_what_is_given(self, esc: Esc, world: World) -> None:
        """R-ESC-59: what is left out stays, an empty text takes away."""
        team = await create(world, subtitle="South", description="Old")
        told = await esc.data("PUT", f"/teams/{team}", json={"title": "New", "subtitle": "", "status": "inactive"})
        assert told == summary(team, title="New", description="Old", created_by=told["created_by"])
        assert await esc.data("PUT", f"/teams/{team}", json={}) == told

    async def test_refuses(self, esc: Esc, world: World) -> None:
        """I-ESC-10."""
        team = await create(world)
        for body in ({"title": ""}, {"title": "x" * 201}, {"title": []}, {"description": "x" * 2001}):
            assert await esc.refusal("PUT", f"/teams/{team}", json=body) == (400, "BAD_REQUEST"), body
        assert await esc.refusal("PUT", f"/teams/{team}") == (400, "BAD_REQUEST")
        assert await esc.refusal("PUT", "/teams/999", json={"title": "New"}) == (404, "NOT_FOUND")
        assert (await esc.data("GET", f"/teams/{team}"))["title"] == "Sales"


class TestDeleting:
    async def test_says_how_many_left(self, esc: Esc, world: World) -> None:
        """R-ESC-60, R-ESC-3."""
        team, people = await create(world), await gather(world, 2)
        await add(world, team, *people)
        message = "Team deleted successfully"
        assert await esc.answer("DELETE", f"/teams/{team}") == {
            "success": True,
            "data": {"id": team, "deleted": True, "members_removed": 2, "message": message},
        }
        assert await esc.refusal("DELETE", f"/teams/{team}") == (404, "NOT_FOUND")
        assert len((await esc.data("GET", "/profiles"))["profiles"]) == 2


class TestMembers:
    async def test_are_added_by_session_and_by_invite(self, esc: Esc, world: World) -> None:
        """R-ESC-61; an invite that nobody began has no session to be named by."""
        team = await create(world)
        invite, session = await world.complete()
        [other] = await gather(world, 1)
        begun = await world.invite("begun@example.com")
        attempt = await stories.take(world, begun, complete=False)
        pending = await world.invite("pending@example.com")
        _, entered = await stories.enter(world)
        by_link = (await esc.http.graph("query($k: ID!) { attempt(key: $k) { invite { key } } }", k=str(entered)))["attempt"]["invite"][
            "key"
        ]
        body = {
            "session_ids": [other, 2**63 - 1, -7, attempt],
            "invite_ids": [invite, invite, pending, begun, "inv_unknown", by_link],
        }
        assert await esc.answer("POST", f"/teams/{team}/members", json=body) == {
            "success": True,
            "data": {
                "team_id": team,
                "added": [
                    {"session_id": other, "status": "added"},
                    {"session_id": 2**63 - 1, "status": "not_found"},
                    {"session_id": -7, "status": "not_found"},
                    {"session_id": attempt, "status": "not_completed"},
                    {"session_id": session, "status": "added"},
                    {"session_id": session, "status": "already_member"},
                    {"status": "not_completed"},
                    {"session_id": attempt, "status": "not_completed"},
                    {"status": "not_found"},
                    {"status": "not_found"},
                ],
                "added_count": 2,
                "skipped_count": 8,
            },
        }

    @pytest.mark.parametrize("invite", ["²", "①", "٣", "--5", "9" * 30, "-9223372036854775809", "1010"])
    async def test_that_are_no_invites_are_told_without_a_session(self, esc: Esc, world: World, invite: str) -> None:
        """R-ESC-61: also what looks like the number of a session."""
        _, session = await world.complete()
        team = (await made(esc))["id"]
        told = await esc.data("POST", f"/teams/{team}/members", json={"session_ids": [session], "invite_ids": [invite]})
        assert told["added"] == [{"session_id": session, "status": "added"}, {"status": "not_found"}]

    async def test_are_refused_when_nobody_is_valid(self, esc: Esc, world: World) -> None:
        """R-ESC-62."""
        team = await create(world)
        before = await world.rows()
        for body in ({}, {"session_ids": []}, {"session_ids": [999], "invite_ids": ["inv_x"]}):
            status, code, message = await esc.told("POST", f"/teams/{team}/members", json=body)
            assert (status, code) == (400, "BAD_REQUEST")
            assert "No valid candidates" in message
        for wrong in ({"session_ids": ["1"]}, {"session_ids": 1}, {"invite_ids": [1]}, {"session_ids": [1] * 1001}, {"session_ids": [1.5]}):
            assert await esc.refusal("POST", f"/teams/{team}/members", json=wrong) == (400, "BAD_REQUEST"), wrong
        assert await esc.refusal("POST", f"/teams/{team}/members") == (400, "BAD_REQUEST")
        assert await esc.refusal("POST", "/teams/999/members", json={"session_ids": [1]}) == (404, "NOT_FOUND")
        assert await world.rows() == before

    async def test_leave(self, esc: Esc, world: World) -> None:
        """R-ESC-63, R-ESC-3."""
        team, people = await create(world), await gather(world, 3)
        await add(world, team, *people)
        gone = await esc.data("DELETE", f"/teams/{team}/members/{people[0]}")
        assert gone == {"team_id": team, "session_id": people[0], "removed": True}
        for path in (f"/teams/{team}/members/{people[0]}", f"/teams/999/members/{people[1]}", "/teams/999/members"):
            assert await esc.refusal("DELETE", path) == (404, "NOT_FOUND"), path
        told = await esc.data("DELETE", f"/teams/{team}/members")
        assert told == {"team_id": team, "removed_count": 2, "message": "All members removed from the team"}
        assert (await esc.data("GET", f"/teams/{team}"))["members"] == []


class TestExport:
    async def test_as_json_is_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-64, I-ESC-16: raw percents; scales without a value are left out."""
        team = await create(world, "Vertrieb Süd")
        invite = await world.invite()
        answers = stories.answers_without("people", "graves2_security", seed=4)
        session = await stories.take(world, invite, answers)
        await add(world, team, session)
        reply = await esc.call("GET", f"/teams/{team}/export?format=json")
        scores = {name: {key: score["raw_percent"] for key, score in hand.scores(answers, keys).items()} for name, keys in KINDS.items()}
        assert reply.json() == {
            "success": True,
            "data": {
                "team_id": team,
                "team_name": "Vertrieb Süd",
                "exported_at": NOW,
                "member_count": 1,
                "members": [
                    {
                        "session_id": session,
                        "first_name": "Anna",
                        "last_name": "Berg",
                        "email": "anna@example.com",
                        "completed_at": NOW,
                        **scores,
                    }
                ],
            },
        }
        assert reply.headers["Content-Disposition"].endswith("filename*=UTF-8''Vertrieb%20S%C3%BCd.json")

    async def test_as_csv_has_a_line_for_each_member(self, esc: Esc, world: World) -> None:
        """R-ESC-64, Q-19: read back by the csv module, names that spreadsheets would run told as text."""
        team = await create(world, 'A "B"; C')
        people = await gather(world, len(EVIL), names=EVIL, gaps=0.2)
        _, session = await world.complete(seed=7)
        await add(world, team, *people)
        world.advance(seconds=1)
        await add(world, team, session)
        reply = await esc.call("GET", f"/teams/{team}/export")
        assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert reply.headers["Content-Disposition"] == "attachment; filename=\"A _B__ C.csv\"; filename*=UTF-8''A%20%22B%22%3B%20C.csv"
        head, *lines = csv.reader(io.StringIO(reply.text, newline=""), strict=True)
        assert head == ["session_id", "first_name", "last_name", "email", *DIMENSIONS, *GRAVES, *METADATA]
        anna, *others = (dict(zip(head, line, strict=True)) for line in lines)
        raw = {name: str(score["raw_percent"]) for name, score in hand.scores(some_answers(7), [*hand.DIMENSIONS, *hand.GRAVES]).items()}
        assert {name: anna[name] for name in raw} == raw
        assert [anna[name] for name in METADATA] == ["escprofile", "1.0", "Designed reference 2026", NOW]
        exported = (await esc.data("GET", f"/teams/{team}/export?format=json"))["members"]
        for line, member in zip(others, exported[1:], strict=True):
            assert int(line["session_id"]) == member["session_id"]
            for name in ("first_name", "last_name"):
                told = member[name]
                assert line[name] == ("'" + told if told[:1] in tuple("=+-@") else told)
            kept = member["dimensions"] | member["graves_values"]
            assert {name: float(line[name]) for name in (*DIMENSIONS, *GRAVES) if line[name]} == kept
            assert len(kept) < 23 or member["session_id"] > FIRST
        assert not any(cell[:1] in tuple("=+-@\t\r") for line in lines for cell in line if cell)

    @ON_ONE_DATABASE
    async def test_in_other_formats_is_refused(self, esc: Esc, world: World) -> None:
        team = await create(world)
        for word in ("xml", "CSV", ""):
            assert await esc.refusal("GET", f"/teams/{team}/export?format={word}") == (400, "BAD_REQUEST")

    def test_names_every_scale(self) -> None:
        """The wire's names are told once more here, so they are held to what is measured."""
        scales = bank.instrument("escprofile", "1.0").scales
        assert [scale.key for scale in scales if scale.kind == "operative"] == list(DIMENSIONS)
        assert [scale.key for scale in scales if scale.kind == "graves"] == list(GRAVES)

    async def test_needs_the_permissions_of_what_is_in_it(self, esc: Esc, world: World) -> None:
        team = await create(world)
        needed = {Permission.TEAMS_READ, Permission.ATTEMPTS_READ, Permission.CANDIDATES_READ, Permission.RESULTS_READ}
        for missing in needed:
            key = await stories.key_of(world, needed - {missing})
            assert await esc.refusal("GET", f"/teams/{team}/export", key=key) == (403, "FORBIDDEN"), missing
        assert (await esc.call("GET", f"/teams/{team}/export", key=await stories.key_of(world, needed))).status == 200


KINDS = {"dimensions": hand.DIMENSIONS, "graves_values": hand.GRAVES}
METADATA = ["assessment_type", "assessment_version", "norm_group", "completed_at"]


class TestProfiles:
    async def test_tell_the_teams_of_a_session(self, esc: Esc, world: World) -> None:
        """R-ESC-67: newest first, also those that were put aside."""
        _, session = await world.complete()
        teams = []
        for title in ("One", "Two"):
            teams.append(await create(world, title, subtitle=None if teams else "Sub"))
            await add(world, teams[-1], session)
            world.advance(minutes=1)
        shown = [{"id": teams[1], "title": "Two", "subtitle": ""}, {"id": teams[0], "title": "One", "subtitle": "Sub"}]
        assert (await esc.data("GET", f"/profiles/{session}"))["teams"] == shown
