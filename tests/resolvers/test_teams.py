"""Teams in the graph: what can be asked of them, what can be done, and how many statements that takes."""

import csv
import io
import json
from typing import Any

import pytest

from domain.access import commands as access
from domain.kernel.permissions import Permission
from domain.teams import people as reading
from resolvers import ids
from tests.domain.matching.test_coverage import WANTED, want
from tests.domain.teams.acting import add, create
from tests.resolvers.test_statements import statements
from tests.support.crowd import anonymize, candidate_key, gather
from tests.support.http import Http
from tests.support.world import World

TEAM = "id key title subtitle description active memberCount createdBy createdAt updatedAt"
PROBLEM = "... on Problem { kind code fields { path } details { ... on LimitReached { limit } } }"
CREATE = f"mutation($i: CreateTeamInput!) {{ createTeam(input: $i) {{ ... on Team {{ {TEAM} }} {PROBLEM} }} }}"
UPDATE = f"mutation($i: UpdateTeamInput!) {{ updateTeam(input: $i) {{ ... on Team {{ {TEAM} }} {PROBLEM} }} }}"
DELETE = f"mutation($k: ID!) {{ deleteTeam(input: {{key: $k}}) {{ ... on DeletedTeam {{ key membersRemoved }} {PROBLEM} }} }}"
ADD = f"""mutation($i: AddTeamMembersInput!) {{ addTeamMembers(input: $i) {{ ... on AddedTeamMembers {{
  team {{ memberCount }} entries {{ asked attemptKey status }} addedCount skippedCount }} {PROBLEM} }} }}"""
REMOVE = f"""mutation($k: ID!, $a: ID!) {{ removeTeamMember(input: {{key: $k, attempt: $a}}) {{
  ... on RemovedTeamMembers {{ count team {{ memberCount }} }} {PROBLEM} }} }}"""
EMPTY = f"""mutation($k: ID!) {{ removeAllTeamMembers(input: {{key: $k}}) {{
  ... on RemovedTeamMembers {{ count team {{ memberCount }} }} {PROBLEM} }} }}"""
MEMBERS = """query($k: ID!, $f: Int, $a: String, $l: Int, $b: String, $o: PersonOrder!) { team(key: $k) {
  members(first: $f, after: $a, last: $l, before: $b, orderBy: $o) { totalCount
    nodes { addedAt attempt { key } result { key } candidate { name } } pageInfo { hasNextPage startCursor endCursor } } } }"""


async def answer(http: Http, text: str, **variables: Any) -> Any:
    [found] = (await http.graph(text, **variables)).values()
    return found


class TestVerbs:
    async def test_go_through_the_life_of_a_team(self, http: Http) -> None:
        one, two = await gather(http.world, 2)
        made = await answer(http, CREATE, i={"title": "Sales", "subtitle": "South"})
        key, common = made["key"], {"active": True, "memberCount": 0, "createdAt": "2026-03-02T09:00:00.000Z"}
        assert made == {
            **{"id": ids.encode("Team", key), "key": key, "title": "Sales", "subtitle": "South", "description": None, **common},
            **{"createdBy": made["createdBy"], "updatedAt": common["createdAt"]},
        }
        http.world.advance(hours=1)
        changed = await answer(http, UPDATE, i={"key": made["id"], "subtitle": None, "active": False})
        assert changed == {**made, "subtitle": None, "active": False, "updatedAt": "2026-03-02T10:00:00.000Z"}
        entries = [{"asked": str(one), "attemptKey": one, "status": "ADDED"}, {"asked": "x", "attemptKey": None, "status": "NOT_FOUND"}]
        entries.append({"asked": ids.encode("Invite", f"inv_{two}"), "attemptKey": two, "status": "ADDED"})
        joined = await answer(http, ADD, i={"key": str(key), "attempts": [str(one), "x"], "invites": [entries[2]["asked"]]})
        assert joined == {"team": {"memberCount": 2}, "entries": entries, "addedCount": 2, "skippedCount": 1}
        assert await answer(http, REMOVE, k=str(key), a=ids.encode("Attempt", one)) == {"count": 1, "team": {"memberCount": 1}}
        assert await answer(http, EMPTY, k=str(key)) == {"count": 1, "team": {"memberCount": 0}}
        assert await answer(http, DELETE, k=str(key)) == {"key": key, "membersRemoved": 0}
        assert await answer(http, "query($k: ID!) { team(key: $k) { key } }", k=str(key)) is None

    async def test_say_what_they_refuse(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        from domain.teams import joining

        monkeypatch.setattr(joining, "MOST_MEMBERS", 1)
        people, team = await gather(http.world, 2), str(await create(http.world))
        before = await http.world.rows()
        nothing = {"fields": [], "details": None}
        title = {"kind": "BAD_INPUT", "code": "BAD_REQUEST", "fields": [{"path": ["title"]}], "details": None}
        assert await answer(http, CREATE, i={"title": " "}) == await answer(http, UPDATE, i={"key": team, "title": None}) == title
        nobody = {"kind": "BAD_INPUT", "code": "NOBODY_TO_ADD", **nothing}
        assert await answer(http, ADD, i={"key": team}) == nobody
        full = {"kind": "WRONG_STATE", "code": "TEAM_FULL", "fields": [], "details": {"limit": 1}}
        assert await answer(http, ADD, i={"key": team, "attempts": list(map(str, people))}) == full
        missing = {"kind": "NOT_FOUND", "code": "NOT_FOUND", **nothing}
        for text in (DELETE, EMPTY):
            assert await answer(http, text, k="999") == missing
        assert await answer(http, REMOVE, k=team, a=str(people[0])) == await answer(http, UPDATE, i={"key": "x"}) == missing
        assert await http.world.rows() == before


class TestLists:
    async def test_of_teams_filter_and_sort(self, http: Http) -> None:
        for title in ("Zoo", "ärzte", "Bau_1", "Bau%2", "ARZT/3"):
            await create(http.world, title)
            http.world.advance(minutes=1)
        text = "query($f: TeamFilter, $o: TeamOrder!) { teams(first: 9, filter: $f, orderBy: $o) { totalCount nodes { title } } }"
        for filter, order, titles in (
            ({}, "NEWEST", ["ARZT/3", "Bau%2", "Bau_1", "ärzte", "Zoo"]),
            ({}, "TITLE", ["ARZT/3", "ärzte", "Bau%2", "Bau_1", "Zoo"]),
            ({"text": " Ärz"}, "TITLE", ["ARZT/3", "ärzte"]),
            ({"text": "_"}, "TITLE", ["Bau_1"]),
            ({"text": "%"}, "TITLE", ["Bau%2"]),
            ({"text": "/"}, "TITLE", ["ARZT/3"]),
            ({"active": True, "text": "bau"}, "NEWEST", ["Bau%2", "Bau_1"]),
            ({"active": False}, "NEWEST", []),
        ):
            found = await answer(http, text, f=filter, o=order)
            assert [team["title"] for team in found["nodes"]] == titles, filter
            assert found["totalCount"] == len(titles)

    @pytest.mark.parametrize(("order", "by"), [("NEWEST", lambda n: -n), ("OLDEST", lambda n: n), ("NAME", lambda n: -n)])
    async def test_of_members_page_in_every_order(self, http: Http, order: str, by: Any) -> None:
        """Q-27, in two teams with the same people: forward and backward, without gap or repeat."""
        world = http.world
        people = await gather(world, 7, names=[f"Person {9 - number}" for number in range(7)])
        teams = [await create(world), await create(world)]
        for person in people:
            await add(world, teams[0], person)
            await add(world, teams[1], *people)
            world.advance(minutes=1)
        await anonymize(world, people[3])
        expected = sorted(set(people) - {people[3]}, key=by)
        for forward in (True, False):
            found: list[int] = []
            cursor = None
            while True:
                size = {"f": 4, "a": cursor} if forward else {"l": 4, "b": cursor}
                page = (await answer(http, MEMBERS, k=str(teams[0]), o=order, **size))["members"]
                assert page["totalCount"] == 6
                keys = [node["attempt"]["key"] for node in page["nodes"]]
                assert [node["result"]["key"] for node in page["nodes"]] == keys
                found = [*found, *keys] if forward else [*keys, *found]
                cursor = page["pageInfo"]["endCursor" if forward else "startCursor"]
                if len(keys) < 4:
                    break
            assert found == expected

    async def test_of_the_teams_of_people_are_bounded_and_newest_first(self, http: Http) -> None:
        """A person is in a team once, by however many attempts."""
        world = http.world
        attempts = [(await world.complete(seed=seed))[1] for seed in (1, 2)]
        one, two = await create(world, "One"), await create(world, "Two")
        world.advance(minutes=1)
        three = await create(world, "Three")
        for team, who in ((one, attempts), (three, attempts[:1])):
            await add(world, team, *who)
        text = "{ candidates(first: 1) { nodes { teams { title } attempts(first: 2, orderBy: OLDEST) { nodes { teams { title } } } } } }"
        [found] = (await answer(http, text))["nodes"]
        assert found["teams"] == [{"title": "Three"}, {"title": "One"}]
        assert [node["teams"] for node in found["attempts"]["nodes"]] == [[{"title": "Three"}, {"title": "One"}], [{"title": "One"}]]
        assert two


COMPOSITION = """{ people scales { scale { key } n mean spread lowest highest classes }
  graves { n values { scale { key } mean sharePercent } wirIch { wirPercent ichPercent tendency } } }"""
COVERAGE = """{ jobProfile { key } jobProfileVersion formulaVersion people score exact
  scales { scale { key } green yellow red missing bestScore best { key } }
  leaving { candidate { key } coverage change } joining { candidate { key } coverage change }
  none: joining(among: []) { coverage } }"""


class TestAnalysis:
    async def test_shows_what_a_team_is_made_up_of(self, http: Http) -> None:
        world = http.world
        team, people = await create(world), await gather(world, 3)
        await add(world, team, *people)
        found = (await answer(http, f"query($k: ID!) {{ team(key: $k) {{ composition {COMPOSITION} }} }}", k=str(team)))["composition"]
        assert (found["people"], len(found["scales"]), found["graves"]["n"]) == (3, 23, 3)
        first = found["scales"][0]
        assert (first["scale"]["key"], first["n"], sum(first["classes"]), len(first["classes"])) == ("goal_orientation", 3, 3, 11)
        assert first["lowest"] <= first["mean"] <= first["highest"]
        ratio = found["graves"]["wirIch"]
        assert ratio["wirPercent"] + ratio["ichPercent"] == 100

    async def test_shows_how_a_team_covers_a_profile(self, http: Http) -> None:
        world = http.world
        team, people = await create(world), await gather(world, 12)
        await add(world, team, *people[:3])
        await want(world, "jp_1001", WANTED)
        text = f"query($k: ID!, $p: ID!) {{ team(key: $k) {{ coverage(jobProfile: $p) {COVERAGE} }} }}"
        assert (await answer(http, text, k=str(team), p="jp_9"))["coverage"] is None
        found = (await answer(http, text, k=str(team), p=ids.encode("JobProfile", "jp_1001")))["coverage"]
        assert (found["jobProfile"]["key"], found["jobProfileVersion"], found["formulaVersion"], found["people"]) == ("jp_1001", 1, 1, 3)
        assert found["exact"] == pytest.approx(sum(scale["bestScore"] for scale in found["scales"]) / 3)
        team_keys = {candidate_key(person) for person in people[:3]}
        assert {scale["best"]["key"] for scale in found["scales"]} <= team_keys
        assert found["leaving"]["candidate"]["key"] in team_keys
        assert found["leaving"]["coverage"] - found["leaving"]["change"] == pytest.approx(found["exact"])
        assert found["joining"]["candidate"]["key"] not in team_keys
        assert found["joining"]["coverage"] - found["joining"]["change"] == pytest.approx(found["exact"])
        assert found["none"] is None

    async def test_is_of_so_many_members_at_once(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        world = http.world
        monkeypatch.setattr(reading, "MOST_MEMBERS", 3)
        people = await gather(world, 2)
        for title in ("One", "Two"):
            await add(world, await create(world, title), *people)
        await want(world, "jp_1001", WANTED)
        for field in ("composition { people }", 'coverage(jobProfile: "jp_1001") { people }'):
            text = f"query($n: Int!) {{ teams(first: $n) {{ nodes {{ {field} }} }} }}"
            assert len((await answer(http, text, n=1))["nodes"]) == 1
            errors = await http.graph_errors(text, n=2)
            assert {(error["extensions"]["kind"], error["extensions"]["code"]) for error in errors} == {("BAD_INPUT", "TOO_MANY_MEMBERS")}

    async def test_looks_for_at_most_a_thousand_by_name(self, http: Http) -> None:
        team = await create(http.world)
        await want(http.world, "jp_1001", WANTED)
        text = 'query($k: ID!, $a: [ID!]) { team(key: $k) { coverage(jobProfile: "jp_1001") { joining(among: $a) { change } } } }'
        [error] = await http.graph_errors(text, k=str(team), a=["cand_x"] * 1001)
        assert error["extensions"]["code"] == "BAD_REQUEST"


EVIL = ["=1+1", 'He said "no"', "a;b,c", "Ärzte ß 李", "@x"]


class TestExport:
    async def file(self, http: Http, arguments: str, team: int) -> Any:
        found = await answer(http, f"query($k: ID!) {{ team(key: $k) {{ export{arguments} {{ url mediaType expiresAt }} }} }}", k=str(team))
        link = found["export"]
        reply = await http.request("GET", link["url"].removeprefix(http.world.settings.address), key=None)
        assert reply.status == 200
        assert reply.headers["Content-Type"] == link["mediaType"]
        return reply

    @pytest.mark.parametrize(("delimiter", "sign"), [("COMMA", ","), ("SEMICOLON", ";")])
    async def test_as_csv_reads_back(self, http: Http, delimiter: str, sign: str) -> None:
        """R-ESC-64, Q-19; decimals as the spreadsheets that want semicolons read them."""
        world = http.world
        team = await create(world, "Süd; A")
        people = await gather(world, 5, names=EVIL, gaps=0.3)
        await add(world, team, *people)
        reply = await self.file(http, f"(delimiter: {delimiter})", team)
        assert reply.headers["Content-Disposition"].endswith("filename*=UTF-8''S%C3%BCd%3B%20A.csv")
        assert reply.body.startswith(b"\xef\xbb\xbf")
        head, *lines = csv.reader(io.StringIO(reply.body.decode("utf-8-sig"), newline=""), delimiter=sign, strict=True)
        rows = [dict(zip(head, line, strict=True)) for line in lines]
        assert [row["name"] for row in rows] == ["'=1+1", *EVIL[1:4], "'@x"]
        found = json.loads((await self.file(http, "(format: JSON)", team)).body)["members"]
        for row, member in zip(rows, found, strict=True):
            assert int(row["attempt"]) == member["attempt"]
            for scale, values in member["scales"].items():
                for column, value in ((f"{scale}_raw", values["rawPercent"]), (f"{scale}_c", values["cValue"])):
                    assert row[column] == ("" if value is None else str(value).replace(".", "," if sign == ";" else "."))

    async def test_as_json_has_everybody_however_many(self, http: Http) -> None:
        world = http.world
        team = await create(world, "All")
        people = await gather(world, 601, team=team)
        await anonymize(world, people[300])
        found = json.loads((await self.file(http, "(format: JSON)", team)).body)
        assert (found["key"], found["title"], found["exportedAt"]) == (team, "All", "2026-03-02T09:00:00.000Z")
        assert [member["attempt"] for member in found["members"]] == people[:300] + people[301:]
        shown = await answer(
            http, "query($k: ID!) { result(attempt: $k) { scales { scale { key } rawPercent cValue } } }", k=str(people[0])
        )
        assert found["members"][0]["scales"] == {
            score["scale"]["key"]: {"rawPercent": score["rawPercent"], "cValue": score["cValue"]} for score in shown["scales"]
        }

    async def test_of_nobody_is_a_file_all_the_same(self, http: Http) -> None:
        team = await create(http.world)
        assert json.loads((await self.file(http, "(format: JSON)", team)).body)["members"] == []
        assert len((await self.file(http, "", team)).body.splitlines()) == 1

    async def test_of_a_team_that_is_gone_is_gone(self, http: Http) -> None:
        team = await create(http.world)
        text = "query($k: ID!) { team(key: $k) { export { url } } }"
        url = (await answer(http, text, k=str(team)))["export"]["url"].removeprefix(http.world.settings.address)
        await answer(http, DELETE, k=str(team))
        assert (await http.request("GET", url, key=None)).status == 404

    async def test_needs_the_permissions_of_what_is_in_it(self, http: Http) -> None:
        team = str(await create(http.world))
        needed = {Permission.TEAMS_READ, Permission.CANDIDATES_READ, Permission.RESULTS_READ}
        for missing in (Permission.CANDIDATES_READ, Permission.RESULTS_READ):
            async with http.world.work() as uow:
                key = (await access.create_key(uow, name="narrow", permissions=needed - {missing})).secret
            [error] = await http.graph_errors("query($k: ID!) { team(key: $k) { export { url } } }", key=key, k=team)
            assert (error["extensions"]["code"], missing.value in error["message"]) == ("FORBIDDEN", True)


EVERYTHING = f"""query($n: Int!) {{ teams(first: $n) {{ totalCount nodes {{ title memberCount
  members(first: 3) {{ totalCount nodes {{ addedAt result {{ completedAt }}
    candidate {{ name teams {{ title }} }} attempt {{ status teams {{ key }} }} }} }}
  composition {COMPOSITION} coverage(jobProfile: "jp_1001") {COVERAGE} export {{ mediaType }} }} }} }}"""


class TestStatements:
    async def test_do_not_grow_with_teams_or_members(self, world: World) -> None:
        """Q-26: one team or twenty, two members or ten."""
        people = await gather(world, 10)
        await want(world, "jp_1001", WANTED)
        for number in range(20):
            await add(world, await create(world, f"Team {number}"), *people[: 2 + number % 9])
            world.advance(minutes=1)
        text = EVERYTHING.replace("none: joining(among: []) { coverage }", "")
        counted = [(await statements(world, text, {"n": number}))[0] for number in (1, 20)]
        assert counted[0] == counted[1] <= 21
        page = "query($k: ID!, $n: Int!) { team(key: $k) { memberCount members(first: $n) { nodes { candidate { name } } } } }"
        team = str(await create(world))
        await add(world, int(team), *people)
        few, many = [(await statements(world, page, {"k": team, "n": number}))[0] for number in (2, 10)]
        assert few == many == 4
