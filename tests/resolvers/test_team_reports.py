"""Reports of teams: asked for, made by a job, downloaded, gone with their team."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from domain.candidates.model import Candidate
from domain.kernel.jobs import JOBS
from domain.kernel.permissions import EVERYTHING, Permission
from domain.teams import commands, joining
from tests.domain.reports.made import Paper
from tests.rest_compat.esc import stories
from tests.support.http import Http, Reply
from tests.support.world import World

CREATE = """mutation($t: ID!, $f: TeamReportFocus! = LEADERSHIP, $l: Language! = EN) {
  createTeamReport(input: {team: $t, focus: $f, language: $l}) { __typename
    ... on TeamReport { key focus language status askedAt finishedAt download { url } team { title } }
    ... on Problem { kind code message details { code ... on Shortage { required available } } } } }"""
READ = "query($k: ID!) { teamReport(key: $k) { key status finishedAt download { url mediaType } } }"
OF_TEAM = "query($t: ID!) { team(key: $t) { reports { key focus language status } composition { chart chart_de: chart(language: DE) } } }"


class Broken:
    """A typesetter that cannot."""

    async def pdf(self, _template: str, _data: Any) -> bytes:
        raise RuntimeError("no")

    async def e_invoice(self, _template: str, _data: Any, _xml: bytes) -> bytes:
        raise RuntimeError("no")

    def version(self, _template: str) -> str:
        return "1"


async def team_of(world: World, count: int) -> int:
    finished = [(await world.complete(f"p{number}@example.com", f"Person {number}", seed=number))[1] for number in range(count)]
    async with world.work() as uow:
        team = await commands.create(uow, title="Vertrieb Süd")
        if finished:
            await joining.add_members(uow, team, attempts=finished, invites=[], origins=joining.ANY_ORIGIN)
    return team


async def create(http: Http, team: int, **options: Any) -> Any:
    return (await http.graph(CREATE, t=team, **options))["createTeamReport"]


async def fetched(http: Http, key: str) -> Reply:
    found = (await http.graph(READ, k=key))["teamReport"]
    return await http.request("GET", found["download"]["url"].removeprefix(http.world.settings.address), key=None)


class TestReport:
    async def test_is_made_by_a_job(self, http: Http) -> None:
        world = http.world
        team = await team_of(world, 2)
        made = await create(http, team, f="SALES", l="DE")
        assert made["team"] == {"title": "Vertrieb Süd"}
        assert (made["focus"], made["language"], made["status"], made["finishedAt"], made["download"]) == (
            "SALES",
            "DE",
            "PENDING",
            None,
            None,
        )
        assert await world.run_jobs() == 1
        found = (await http.graph(READ, k=made["key"]))["teamReport"]
        assert (found["status"], found["download"]["mediaType"]) == ("READY", "application/pdf")
        reply = await fetched(http, made["key"])
        assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf")
        assert "filename*=UTF-8''Vertrieb%20S%C3%BCd%20-%20Teambericht%20Vertrieb.pdf" in reply.headers["Content-Disposition"]
        assert "Person 1" in Paper(reply.body).page(6)

    async def test_is_one_for_each_focus_and_language(self, http: Http) -> None:
        team = await team_of(http.world, 2)
        first, other, again = [await create(http, team, **options) for options in ({}, {"l": "DE"}, {})]
        assert first["key"] == again["key"] != other["key"]
        await http.world.run_jobs()
        found = (await http.graph(OF_TEAM, t=team))["team"]
        assert [(one["focus"], one["language"], one["status"]) for one in found["reports"]] == [
            ("LEADERSHIP", "DE", "READY"),
            ("LEADERSHIP", "EN", "READY"),
        ]
        assert "Failure tolerance" in found["composition"]["chart"]
        assert "Misserfolgstoleranz" in found["composition"]["chart_de"]
        again = await create(http, team)
        assert (again["status"], again["finishedAt"]) == ("PENDING", None)

    async def test_fails_when_too_few_are_left(self, http: Http) -> None:
        team = await team_of(http.world, 2)
        made = await create(http, team)
        async with http.world.work() as uow:
            await commands.remove_all_members(uow, team)
        await http.world.run_jobs()
        found = (await http.graph(READ, k=made["key"]))["teamReport"]
        assert (found["status"], found["download"]) == ("FAILED", None)

    async def test_fails_when_it_cannot_be_set(self, http: Http) -> None:
        made = await create(http, await team_of(http.world, 2))
        ports = replace(http.world.ports(), typesetter=Broken())
        await JOBS["team_report.make"].run(ports, http.world.account_id, made["key"])
        assert (await http.graph(READ, k=made["key"]))["teamReport"]["status"] == "FAILED"
        assert await ports.files.names("team-reports") == []

    async def test_goes_with_its_team(self, http: Http) -> None:
        world = http.world
        team = await team_of(world, 2)
        made = await create(http, team)
        await world.run_jobs()
        url = (await http.graph(READ, k=made["key"]))["teamReport"]["download"]["url"]
        files = world.ports().files
        assert await files.names("team-reports") == [f"team-reports/{world.account_id}/{team}/leadership-en.pdf"]
        assert await JOBS["team_report.sweep"].run(world.ports()) == 0
        async with world.work() as uow:
            await commands.remove(uow, team)
        assert (await http.graph(READ, k=made["key"]))["teamReport"] is None
        assert (await http.request("GET", url.removeprefix(world.settings.address), key=None)).status == 404
        assert await JOBS["team_report.sweep"].run(world.ports()) == 1
        assert await files.names("team-reports") == []

    async def test_is_made_again_when_it_was_deleted_with_somebody(self, http: Http) -> None:
        world = http.world
        team = await team_of(world, 3)
        made = await create(http, team)
        await world.run_jobs()
        before = await fetched(http, made["key"])
        async with world.work() as uow:
            gone = {"name": "dsgvo", "email": None, "anonymized_at": uow.now}
            erased = update(Candidate).where(Candidate.account_id == world.account_id, Candidate.email == "p1@example.com")
            await uow.session.execute(erased.values(**gone))
        await world.ports().files.delete(f"team-reports/{world.account_id}")
        after = await fetched(http, made["key"])
        assert after.headers["ETag"] != before.headers["ETag"]
        text = Paper(after.body).page(6)
        assert "Person 0" in text
        assert "Person 1" not in text
        assert "dsgvo" not in text


class TestRefusals:
    @pytest.mark.parametrize(("focus", "count", "needed"), [("LEADERSHIP", 1, 2), ("SALES", 0, 2), ("EMPLOYEE", 4, 5)])
    async def test_too_few_people(self, http: Http, focus: str, count: int, needed: int) -> None:
        team = await team_of(http.world, count)
        before = await http.world.rows()
        problem = await create(http, team, f=focus)
        assert (problem["kind"], problem["code"]) == ("WRONG_STATE", "TOO_FEW_PEOPLE")
        assert problem["details"] == {"code": "TOO_FEW_PEOPLE", "required": needed, "available": count}
        assert await http.world.rows() == before
        assert http.world.jobs.due == []

    async def test_a_team_of_nobody_here(self, http: Http) -> None:
        team = await team_of(http.world, 2)
        made = await create(http, team)
        other, key = await http.world.other_account()
        assert other.account != http.world.account_id
        assert (await http.graph(CREATE, key=key.secret, t=team))["createTeamReport"]["code"] == "NOT_FOUND"
        assert (await http.graph(READ, key=key.secret, k=made["key"]))["teamReport"] is None
        assert (await http.graph(READ, k="trep_unknown"))["teamReport"] is None

    async def test_without_the_permission(self, http: Http) -> None:
        team = await team_of(http.world, 2)
        key = await stories.key_of(http.world, EVERYTHING - {Permission.REPORTS_WRITE})
        [error] = await http.graph_errors(CREATE, key=key, t=team)
        assert error["extensions"]["code"] == "FORBIDDEN"
