"""Questionnaires in the graph: how they are made, who takes them, and what becomes of those (R-QST-4 to R-QST-12)."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.invites.model import Invite
from domain.questionnaires import phones
from domain.questionnaires.model import Participant, QuestionnaireAttempt
from tests.domain.questionnaires.acting import attempts_of, join, judge, make
from tests.resolvers.test_statements import statements
from tests.support.http import Http
from tests.support.world import World

PROBLEM = "... on Problem { kind code fields { path } }"
SHOWN = """id key questionnaire { name } candidate { key email } interviewReference externalReference phoneNumber1 phoneNumber2
  e164Number1 e164Number2 email language isAllowed guideUrl outcome outcomeAt origin attempts { number accessCode createdAt }
  createdAt updatedAt"""
DETAILS = "name description durationMinutes guideEn guideDe active createdAt updatedAt"
MADE = f"... on Questionnaire {{ id key {DETAILS} }} {PROBLEM}"
CREATE = f"mutation($i: CreateQuestionnaireInput!) {{ createQuestionnaire(input: $i) {{ {MADE} }} }}"
UPDATE = f"mutation($i: UpdateQuestionnaireInput!) {{ updateQuestionnaire(input: $i) {{ {MADE} }} }}"
ADD = f"mutation($i: AddParticipantInput!) {{ addParticipant(input: $i) {{ ... on Participant {{ {SHOWN} }} {PROBLEM} }} }}"
RETAKE = f"mutation($i: RetakeQuestionnaireInput!) {{ retakeQuestionnaire(input: $i) {{ ... on Participant {{ {SHOWN} }} {PROBLEM} }} }}"
OUTCOME = f"mutation($i: SetOutcomeInput!) {{ setOutcome(input: $i) {{ ... on Participant {{ {SHOWN} }} {PROBLEM} }} }}"
LINK = f"mutation($i: LinkParticipantInput!) {{ linkParticipant(input: $i) {{ ... on Participant {{ {SHOWN} }} {PROBLEM} }} }}"
DELETE = f"mutation($k: ID!) {{ deleteParticipant(input: {{participant: $k}}) {{ ... on DeletedParticipant {{ key }} {PROBLEM} }} }}"
BLOCK = f"""mutation($n: String!) {{ blockNumber(input: {{number: $n, reason: "asked us"}}) {{
  ... on BlockedNumber {{ number reason }} {PROBLEM} }} }}"""
UNBLOCK = f"mutation($n: String!) {{ unblockNumber(input: {{number: $n}}) {{ ... on UnblockedNumber {{ number }} {PROBLEM} }} }}"
ONE = f"query($k: ID!) {{ participant(key: $k) {{ {SHOWN} }} }}"
NOBODY = "7b1c3f0e-52d4-4c8e-9a37-6f0d2b9c41ae"


async def answer(http: Http, text: str, *, key: str = "", **variables: Any) -> Any:
    [found] = (await http.graph(text, key=key, **variables)).values()
    return found


class TestQuestionnaires:
    async def test_are_made_changed_and_put_aside(self, http: Http) -> None:
        made = await answer(http, CREATE, i={"name": " Integrity  interview ", "durationMinutes": 15, "guideDe": "Ruhig\nbleiben."})
        at = "2026-03-02T09:00:00.000Z"
        told = {"name": "Integrity interview", "description": None, "durationMinutes": 15, "guideEn": None, "guideDe": "Ruhig\nbleiben."}
        assert made == {"id": made["id"], "key": made["key"], **told, "active": True, "createdAt": at, "updatedAt": at}
        http.world.advance(hours=1)
        aside = await answer(http, UPDATE, i={"key": made["id"], "durationMinutes": None, "active": False})
        assert aside == {**made, "durationMinutes": None, "active": False, "updatedAt": "2026-03-02T10:00:00.000Z"}
        http.world.advance(hours=1)
        assert await answer(http, UPDATE, i={"key": made["key"].upper(), "active": False}) == aside  # nothing changed, so it says so
        before = await http.world.rows()
        for text, given_, path in (
            (CREATE, {"name": ""}, "name"),
            (CREATE, {"name": "A", "durationMinutes": 601}, "durationMinutes"),
            (UPDATE, {"key": made["key"], "name": None}, "name"),
            (UPDATE, {"key": made["key"], "active": None}, "active"),
            (UPDATE, {"key": made["key"], "guideEn": "a" * 5001}, "guideEn"),
        ):
            assert await answer(http, text, i=given_) == {"kind": "BAD_INPUT", "code": "BAD_REQUEST", "fields": [{"path": [path]}]}
        missing = {"kind": "NOT_FOUND", "code": "QUESTIONNAIRE_NOT_FOUND", "fields": []}
        assert await answer(http, UPDATE, i={"key": NOBODY, "name": "B"}) == missing
        refused = await answer(http, ADD, i={"questionnaire": made["key"], "interviewReference": "1"})
        assert refused == {"kind": "WRONG_STATE", "code": "QUESTIONNAIRE_INACTIVE", "fields": []}
        assert await http.world.rows() == before
        text = "query($a: Boolean) { questionnaires(first: 9, filter: {active: $a}) { totalCount nodes { key } }"
        text += ' questionnaire(key: "x") { key } }'
        for active, count in ((True, 0), (False, 1)):
            found = await http.graph(text, a=active)
            assert (found["questionnaires"]["totalCount"], found["questionnaire"]) == (count, None)


class TestParticipants:
    async def test_are_added_asked_again_and_told_what_became_of(self, http: Http) -> None:
        """From the first call to the outcome, as an integration would."""
        questionnaire = await make(http.world)
        invite = await http.world.invite("anna@example.com", "Anna Berg")
        told = {"phoneNumber1": "020 7946 0018", "phoneNumber2": "+49 (30) 901820", "externalReference": "E 7", "language": "Spanish"}
        asked = {"questionnaire": questionnaire, "interviewReference": " IRN-1 ", "email": " Anna@Example.com ", **told}
        made = await answer(http, ADD, i=asked)
        [attempt] = made["attempts"]
        at = "2026-03-02T09:00:00.000Z"
        assert re.fullmatch(r"\d{10}", attempt.pop("accessCode"))
        assert attempt == {"number": 1, "createdAt": at}
        async with http.world.work() as uow:
            row = await uow.session.get(Invite, (http.world.account_id, invite))
            assert row is not None
            assert made["candidate"] == {"key": row.candidate_key, "email": "anna@example.com"}  # the same mail is the same person
        expected = {"interviewReference": "IRN-1", "email": "Anna@Example.com", **told, "e164Number1": "+442079460018"}
        expected |= {"e164Number2": "+4930901820", "isAllowed": True, "outcome": None, "outcomeAt": None, "origin": "DIRECT"}
        assert {name: made[name] for name in expected} == expected
        assert made["guideUrl"].startswith(http.world.settings.address + "/guide/")

        http.world.advance(days=1)
        again = {"participant": made["id"], "questionnaire": questionnaire, "interviewReference": "IRN-1"}
        retaken = await answer(http, RETAKE, i={**again, "phoneNumber2": None, "language": "Deutsch"})
        assert [one["number"] for one in retaken["attempts"]] == [1, 2]
        unlike = {"phoneNumber2", "e164Number2", "language", "attempts", "updatedAt"}
        assert {name for name in made if made[name] != retaken[name]} == unlike
        assert (retaken["phoneNumber2"], retaken["e164Number2"], retaken["language"]) == (None, None, "Deutsch")

        set_ = await answer(http, OUTCOME, i={"participant": made["key"], "outcome": "HIRED"})
        assert (set_["outcome"], set_["outcomeAt"]) == ("HIRED", "2026-03-03T09:00:00.000Z")
        set_ = await answer(http, OUTCOME, i={"participant": made["key"], "outcome": "LEFT", "outcomeAt": "2026-03-01T00:00:00+01:00"})
        assert (set_["outcome"], set_["outcomeAt"]) == ("LEFT", "2026-02-28T23:00:00.000Z")
        assert await answer(http, ONE, k=made["id"]) == set_
        text = "query($k: ID!) { candidate(key: $k) { participants(first: 5) { totalCount nodes { interviewReference } } } }"
        mine = (await answer(http, text, k=made["candidate"]["key"]))["participants"]
        assert mine == {"totalCount": 1, "nodes": [{"interviewReference": "IRN-1"}]}

    async def test_are_refused(self, http: Http) -> None:
        """R-QST-5 to R-QST-9, each with nothing written."""
        one, two = await make(http.world), await make(http.world, "Another one")
        anna = await join(http.world, one, "IRN-1")
        before = await http.world.rows()
        bad = {"kind": "BAD_INPUT", "code": "BAD_REQUEST"}
        bad_input, not_found = "BAD_INPUT", "NOT_FOUND"
        twice = {"questionnaire": one, "interviewReference": "IRN-1", "email": "new@example.com"}
        kept = {"participant": anna, "questionnaire": one, "interviewReference": "IRN-2"}
        for text, given_, expected in (
            (ADD, {"questionnaire": NOBODY, "interviewReference": "1"}, (not_found, "QUESTIONNAIRE_NOT_FOUND")),
            (ADD, twice, (bad_input, "DUPLICATE_INTERVIEW_REFERENCE")),
            (RETAKE, kept, (bad_input, "INTERVIEW_REFERENCE_CHANGED")),
            (RETAKE, {"participant": anna, "questionnaire": two, "interviewReference": "IRN-1"}, (not_found, "PARTICIPANT_NOT_FOUND")),
            (RETAKE, {"participant": NOBODY, "questionnaire": one, "interviewReference": "IRN-1"}, (not_found, "PARTICIPANT_NOT_FOUND")),
            (OUTCOME, {"participant": NOBODY, "outcome": "HIRED"}, (not_found, "PARTICIPANT_NOT_FOUND")),
            (LINK, {"participant": anna, "candidate": "cand_x"}, (not_found, "NOT_FOUND")),
        ):
            assert await answer(http, text, i=given_) == {"kind": expected[0], "code": expected[1], "fields": []}, given_
        for text, given_, path in (
            (ADD, {"questionnaire": one, "interviewReference": " "}, "interviewReference"),
            (ADD, {"questionnaire": one, "interviewReference": "2", "email": "nobody"}, "email"),
            (ADD, {"questionnaire": one, "interviewReference": "2", "phoneNumber2": "1" * 51}, "phoneNumber2"),
            (OUTCOME, {"participant": anna, "outcome": ""}, "outcome"),
        ):
            assert await answer(http, text, i=given_) == {**bad, "fields": [{"path": [path]}]}
        assert await http.world.rows() == before
        elsewhere = await answer(http, ADD, i={"questionnaire": two, "interviewReference": "IRN-1"})  # unique in a questionnaire alone
        assert elsewhere["candidate"] is None

    async def test_without_an_address_are_nobody_until_they_are_linked(self, http: Http) -> None:
        world, questionnaire = http.world, await make(http.world)
        key = await join(world, questionnaire)
        other = await join(world, questionnaire, "IRN-2", email="ben@example.com")
        await world.invite("anna@example.com")
        text = "query($e: String!) { candidates(first: 1, filter: {email: $e}) { nodes { key } } }"
        [anna] = (await answer(http, text, e="anna@example.com"))["nodes"]
        linked = await answer(http, LINK, i={"participant": key, "candidate": anna["key"]})
        assert linked["candidate"] == {"key": anna["key"], "email": "anna@example.com"}
        assert await answer(http, LINK, i={"participant": key, "candidate": anna["key"]}) == linked
        assert (await answer(http, LINK, i={"participant": other, "candidate": anna["key"]}))["code"] == "LINKED_ALREADY"

    async def test_are_deleted_only_without_results(self, http: Http) -> None:
        world, questionnaire = http.world, await make(http.world)
        gone, judged = await join(world, questionnaire), await join(world, questionnaire, "IRN-2")
        await judge(world, (await attempts_of(world, judged))[0], judged, questionnaire)
        assert await answer(http, DELETE, k=gone) == {"key": gone}
        refused = {"kind": "WRONG_STATE", "code": "PARTICIPANT_HAS_RESULTS", "fields": []}
        assert await answer(http, DELETE, k=judged) == refused
        assert (await answer(http, DELETE, k=gone))["code"] == "PARTICIPANT_NOT_FOUND"
        assert (await world.count(Participant), await world.count(QuestionnaireAttempt)) == (1, 1)
        assert (await answer(http, ADD, i={"questionnaire": questionnaire, "interviewReference": "IRN-1"}))["interviewReference"] == "IRN-1"

    async def test_are_listed(self, http: Http) -> None:
        world = http.world
        one, two = await make(world), await make(world, "Another one")
        for number, (questionnaire, details) in enumerate(
            ((one, {"email": "Anna@example.com"}), (one, {"external_ref": "x_1"}), (two, {}), (two, {"external_ref": "X%1"}))
        ):
            await join(world, questionnaire, f"IRN-{number}", **details)
            world.advance(minutes=1)
        listed = "participants(first: 9, orderBy: OLDEST, filter: $f) { totalCount nodes { interviewReference } }"
        text = f"query($f: ParticipantFilter) {{ {listed} }}"
        for filter_, numbers in (
            ({}, "0123"),
            ({"text": "anna@"}, "0"),
            ({"text": "x_"}, "1"),
            ({"text": "%"}, "3"),
            ({"text": "irn-2"}, "2"),
            ({"interviewReference": "IRN-3"}, "3"),
            ({"outcome": ["HIRED"]}, ""),
            ({"allowed": False}, ""),
            ({"createdFrom": "2026-03-02T09:01:00Z", "createdUntil": "2026-03-02T09:03:00Z"}, "12"),
        ):
            found = await answer(http, text, f=filter_)
            assert [node["interviewReference"][-1] for node in found["nodes"]] == list(numbers), filter_
            assert found["totalCount"] == len(numbers)

    async def test_take_the_same_statements_however_many(self, world: World) -> None:
        """Q-26."""
        text = (
            f"query($n: Int!) {{ questionnaires(first: 5) {{ nodes {{ participants(first: $n) {{ totalCount nodes {{ {SHOWN} }} }} }} }} }}"
        )
        one, two = await make(world), await make(world, "Another one")
        for number in range(8):
            await join(world, (one, two)[number % 2], f"IRN-{number}", email=f"p{number}@example.com")
        few, _ = await statements(world, text, {"n": 1})
        many, data = await statements(world, text, {"n": 9})
        assert few == many <= 7
        assert [len(node["participants"]["nodes"]) for node in data["questionnaires"]["nodes"]] == [4, 4]  # type: ignore[index]


class TestBlocking:
    async def test_changes_who_is_allowed(self, http: Http) -> None:
        """R-QST-11: judged when numbers are given, and for all who have a number when it is blocked or may be called again."""
        world, questionnaire = http.world, await make(http.world)
        both = await join(world, questionnaire, "IRN-1", phone_number1="020 7946 0018", phone_number2="+49 30 901820")
        one = await join(world, questionnaire, "IRN-2", phone_number2="+44 20 7946 0018 ")
        none = await join(world, questionnaire, "IRN-3", phone_number1="not a number")

        async def allowed() -> list[bool]:
            return [(await answer(http, ONE, k=key))["isAllowed"] for key in (both, one, none)]

        assert await answer(http, BLOCK, n="+442079460018") == {"number": "+442079460018", "reason": "asked us"}
        assert await allowed() == [False, False, True]
        await answer(http, BLOCK, n="+49 30 901820")
        assert await answer(http, BLOCK, n="(020) 79460018") == {"number": "+442079460018", "reason": "asked us"}
        assert (await answer(http, ADD, i={"questionnaire": questionnaire, "interviewReference": "4", "phoneNumber1": "02079460018"}))[
            "isAllowed"
        ] is False
        again = {"participant": none, "questionnaire": questionnaire, "interviewReference": "IRN-3"}
        assert (await answer(http, RETAKE, i={**again, "phoneNumber2": "+4930901820"}))["isAllowed"] is False
        assert (await answer(http, RETAKE, i=again))["isAllowed"] is False  # its numbers stay, and so does that
        listed = "{ blockedNumbers(first: 5) { totalCount nodes { number } } }"
        assert await answer(http, listed) == {"totalCount": 2, "nodes": [{"number": "+442079460018"}, {"number": "+4930901820"}]}
        assert await answer(http, UNBLOCK, n="+442079460018") == {"number": "+442079460018"}
        assert await allowed() == [False, True, False]  # another number of theirs is blocked still
        await answer(http, UNBLOCK, n="+4930901820")
        assert await allowed() == [True, True, True]
        assert (await answer(http, UNBLOCK, n="+4930901820"))["kind"] == "NOT_FOUND"
        assert (await answer(http, BLOCK, n="nobody"))["fields"] == [{"path": ["number"]}]


class TestPhones:
    @pytest.mark.parametrize(
        ("given_", "region", "read"),
        [
            ("030 901820", "DE", "+4930901820"),
            ("+49 (0)30 901820", "US", "+4930901820"),
            ("020 7946 0018", "GB", "+442079460018"),
            ("0171 9876543", "DE", "+491719876543"),
            ("020 7946 0018", "DE", None),
            ("110", "DE", None),
            ("+1 000", "US", None),
            ("call me", "DE", None),
        ],
    )
    def test_are_read_by_the_country_of_the_account(self, given_: str, region: str, read: str | None) -> None:
        assert phones.e164(given_, region) == read

    @given(st.text(max_size=50), st.sampled_from(["DE", "US", "AQ"]))
    def test_of_any_text_are_e164_that_reads_as_itself_or_nothing(self, given_: str, region: str) -> None:
        read = phones.e164(given_, region)
        assert read is None or (re.fullmatch(r"\+[1-9]\d{6,14}", read) and phones.e164(read, "US") == read)
