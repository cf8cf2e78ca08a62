"""Job profiles and matches through the graph."""

from fractions import Fraction
from typing import Any

from domain.matching import commands
from tests.resolvers.test_statements import statements
from tests.support.http import Http
from tests.support.world import World

CREATE = """mutation($i: CreateJobProfileInput!) { createJobProfile(input: $i) {
  ... on JobProfile { id key name nameEn type description active version targetCount targets {
    scale { key } ideal okMin okMax criticalLow criticalHigh effective { okMin okMax criticalLow criticalHigh } } }
  ... on Problem { kind code message fields { path message } details { ... on LimitReached { limit } } } } }"""
UPDATE = """mutation($i: UpdateJobProfileInput!) { updateJobProfile(input: $i) {
  ... on JobProfile { key name nameEn description active version targets { scale { key } ideal } }
  ... on Problem { kind code fields { path message } } } }"""
DELETE = """mutation($k: ID!) { deleteJobProfile(input: {key: $k}) { ... on DeletedJobProfile { key } ... on Problem { kind code } } }"""
MATCH = """fragment Whole on Match { overall exact { numerator denominator value } rating { en de } colour
    band { lower upper standardError } scaleCount formulaVersion profileVersion missing { key } strengths { key } developmentAreas { key }
    recommendation { en de } distances { scaleCount dSquared correlation weightedDistance }
    scales { scale { key } cValue ideal delta score rating { de } colour zone standardError
      contribution { numerator denominator value } bounds { okMin okMax criticalLow criticalHigh } changes { zone change } } }"""
TARGETS = [
    {"scale": "people", "ideal": 8},
    {"scale": "detail", "ideal": 6, "okMin": 5, "okMax": 7, "criticalLow": 3, "criticalHigh": 9},
    {"scale": "graves5_success", "ideal": 9.5},
]


async def create(http: Http, **options: Any) -> Any:
    return (await http.graph(CREATE, i={"name": "Vertrieb", "targets": TARGETS, **options}))["createJobProfile"]


class TestJobProfiles:
    async def test_show_what_was_given_and_what_holds(self, http: Http) -> None:
        made = await create(http, nameEn="Sales", description="Words")
        assert {name: made[name] for name in ("name", "nameEn", "type", "description", "active", "version", "targetCount")} == {
            "name": "Vertrieb",
            "nameEn": "Sales",
            "type": "standard",
            "description": "Words",
            "active": True,
            "version": 1,
            "targetCount": 3,
        }
        assert [target["scale"]["key"] for target in made["targets"]] == ["detail", "people", "graves5_success"]
        detail, _people, success = made["targets"]
        assert (detail["okMin"], detail["criticalHigh"]) == (5, 9)
        assert detail["effective"] == {"okMin": 5, "okMax": 7, "criticalLow": 3, "criticalHigh": 9}
        assert (success["ideal"], success["okMin"], success["criticalHigh"]) == (9.5, None, None)
        assert success["effective"] == {"okMin": 8, "okMax": 10, "criticalLow": 6.5, "criticalHigh": 10}

    async def test_are_found_by_key_and_by_id(self, http: Http) -> None:
        made = await create(http)
        text = "query($k: ID!, $i: ID!) { jobProfile(key: $k) { key name } node(id: $i) { ... on JobProfile { key name } } }"
        for key in (made["key"], made["id"]):
            found = await http.graph(text, k=key, i=made["id"])
            assert found["jobProfile"] == found["node"] == {"key": made["key"], "name": "Vertrieb"}

    async def test_change_where_something_was_given(self, http: Http) -> None:
        key = (await create(http, nameEn="Sales", description="Words"))["key"]
        changed = (await http.graph(UPDATE, i={"key": key, "nameEn": None, "active": False}))["updateJobProfile"]
        assert (changed["name"], changed["nameEn"], changed["description"], changed["active"]) == ("Vertrieb", None, "Words", False)
        assert (changed["version"], len(changed["targets"])) == (1, 3)
        changed = (await http.graph(UPDATE, i={"key": key, "targets": [{"scale": "global", "ideal": 3}]}))["updateJobProfile"]
        assert (changed["version"], changed["targets"]) == (2, [{"scale": {"key": "global"}, "ideal": 3.0}])

    async def test_are_gone_when_deleted(self, http: Http) -> None:
        made = await create(http)
        assert (await http.graph(DELETE, k=made["id"]))["deleteJobProfile"] == {"key": made["key"]}
        assert (await http.graph(DELETE, k=made["id"]))["deleteJobProfile"]["code"] == "NOT_FOUND"
        assert (await http.graph(UPDATE, i={"key": made["key"]}))["updateJobProfile"]["code"] == "NOT_FOUND"
        text = "query($i: ID!) { node(id: $i) { id } jobProfiles(first: 5) { totalCount } allJobProfiles { key } }"
        assert await http.graph(text, i=made["id"]) == {"node": None, "jobProfiles": {"totalCount": 0}, "allJobProfiles": []}

    async def test_are_listed_by_name_and_found_by_parts_of_it(self, http: Http) -> None:
        for name, english, active in (("Zoll", None, True), ("Ärztin", "Physician", False), ("lager_100 %", "Stock", True)):
            await create(http, name=name, nameEn=english, active=active)
        text = "query($f: JobProfileFilter) { jobProfiles(first: 5, orderBy: NAME, filter: $f) { totalCount nodes { name } } }"
        for given, names in (
            ({}, ["Ärztin", "lager_100 %", "Zoll"]),
            ({"text": "arzt"}, ["Ärztin"]),
            ({"text": "PHYS"}, ["Ärztin"]),
            ({"text": "100 %"}, ["lager_100 %"]),
            ({"text": "r_1"}, ["lager_100 %"]),
            ({"text": "r%1"}, []),
            ({"active": False}, ["Ärztin"]),
            ({"active": True, "text": "o"}, ["lager_100 %", "Zoll"]),
            ({"type": "none"}, []),
        ):
            found = (await http.graph(text, f=given))["jobProfiles"]
            assert found == {"totalCount": len(names), "nodes": [{"name": name} for name in names]}

    async def test_a_wrong_number_is_named_by_its_path(self, http: Http) -> None:
        before = await http.world.rows()
        told = await create(http, targets=[{"scale": "detail", "ideal": 5, "okMin": 6}, {"scale": "Detail", "ideal": 5}])
        assert (told["kind"], told["code"]) == ("BAD_INPUT", "BAD_REQUEST")
        assert told["fields"] == [
            {"path": ["targets", "detail", "okMin"], "message": "'okMin' of 'detail' must not be above 'ideal'."},
            {"path": ["targets", "Detail"], "message": "'Detail' is not known. Use a key such as 'goal_orientation'."},
        ]
        assert await http.world.rows() == before

    async def test_a_limit_comes_with_its_number(self, http: Http, monkeypatch: Any) -> None:
        monkeypatch.setattr(commands, "MOST_PROFILES", 1)
        await create(http)
        told = await create(http)
        assert (told["kind"], told["code"], told["details"]) == ("WRONG_STATE", "TOO_MANY_JOB_PROFILES", {"limit": 1})


class TestMatch:
    async def test_is_explained(self, http: Http) -> None:
        _invite, attempt = await http.world.complete()
        key = (await create(http))["key"]
        text = f"query($a: ID!, $k: ID!) {{ result(attempt: $a) {{ match(jobProfile: $k) {{ ...Whole jobProfile {{ key }} }} }} }} {MATCH}"
        match = (await http.graph(text, a=str(attempt), k=key))["result"]["match"]
        assert match["jobProfile"] == {"key": key}
        assert (match["formulaVersion"], match["profileVersion"], match["scaleCount"], match["missing"]) == (1, 1, 3, [])
        parts = [Fraction(part["contribution"]["numerator"], part["contribution"]["denominator"]) for part in match["scales"]]
        assert sum(parts) == Fraction(match["exact"]["numerator"], match["exact"]["denominator"])
        for part in match["scales"]:
            assert abs(part["cValue"] - part["ideal"] - part["delta"]) < 1e-9
            assert [change["zone"] for change in part["changes"]] == [zone for zone in ("GREEN", "YELLOW", "RED") if zone != part["zone"]]
        assert match["band"]["lower"] <= match["exact"]["value"] <= match["band"]["upper"]

    async def test_with_targets_is_the_same_as_with_a_profile_that_has_them(self, http: Http) -> None:
        _invite, attempt = await http.world.complete()
        key = (await create(http))["key"]
        text = f"""query($a: ID!, $k: ID!, $t: [TargetInput!]!) {{ result(attempt: $a) {{
          saved: match(jobProfile: $k) {{ ...Whole }} tried: matchWith(targets: $t) {{ ...Whole jobProfile {{ key }} }} }} }} {MATCH}"""
        found = (await http.graph(text, a=str(attempt), k=key, t=TARGETS))["result"]
        assert found["tried"] == {**found["saved"], "profileVersion": None, "jobProfile": None}
        assert await http.world.count(commands.JobProfile) == 1

    async def test_with_wrong_targets_is_an_error_that_says_which(self, http: Http) -> None:
        _invite, attempt = await http.world.complete()
        text = "query($a: ID!, $t: [TargetInput!]!) { result(attempt: $a) { matchWith(targets: $t) { overall } } }"
        for targets, word in (
            ([{"scale": "detail", "ideal": 11}], "'ideal' of 'detail'"),
            ([{"scale": "nothing", "ideal": 1}], "'nothing' is not known"),
            ([TARGETS[0], TARGETS[0]], "'people' is given more than once"),
        ):
            [error] = await http.graph_errors(text, a=str(attempt), t=targets)
            assert error["extensions"]["kind"] == "BAD_INPUT"
            assert word in error["message"]

    async def test_is_null_without_a_profile_and_empty_without_targets(self, http: Http) -> None:
        _invite, attempt = await http.world.complete()
        _actor, other = await http.world.other_account()
        text = "query($a: ID!, $k: ID!) { result(attempt: $a) { match(jobProfile: $k) { overall exact { value } scales { score } } } }"
        deleted, empty = (await create(http))["key"], (await create(http, targets=[]))["key"]
        await http.graph(DELETE, k=deleted)
        foreign = (await http.graph(CREATE, key=other.secret, i={"name": "Foreign", "targets": TARGETS}))["createJobProfile"]
        for key in ("jp_1", deleted, foreign["key"], foreign["id"]):
            assert (await http.graph(text, a=str(attempt), k=key))["result"] == {"match": None}
        assert (await http.graph(text, a=str(attempt), k=empty))["result"] == {"match": {"overall": None, "exact": None, "scales": []}}

    async def test_takes_the_same_statements_for_one_and_for_twenty(self, world: World) -> None:
        """Q-26: the results, the job profile; the designed norm group needs none."""
        for number in range(20):
            await world.complete(f"p{number}@example.com", f"Person {number}", seed=number)
        async with world.work() as uow:
            key = await commands.create(uow, name="Vertrieb", targets=[("detail", {"ideal": 5})])
        text = f"""query($n: Int!, $k: ID!, $t: [TargetInput!]!) {{ results(first: $n) {{ nodes {{
          match(jobProfile: $k) {{ ...Whole jobProfile {{ name targets {{ ideal }} }} }}
          matchWith(targets: $t) {{ ...Whole }} }} }} }} {MATCH}"""
        one, _ = await statements(world, text, {"n": 1, "k": key, "t": TARGETS})
        twenty, data = await statements(world, text, {"n": 20, "k": key, "t": TARGETS})
        assert one == twenty == 2
        matches = [node["match"]["overall"] for node in data["results"]["nodes"]]  # type: ignore[index]
        assert len(matches) == 20
        assert len(set(matches)) > 1


SAVE = """mutation($a: ID!, $k: ID!) { saveMatch(input: {result: $a, jobProfile: $k}) {
  ... on SavedMatch { id key overall colour exact { value } profileVersion formulaVersion savedBy candidate { name }
    jobProfile { key } result { match(jobProfile: $k) { overall } } } ... on Problem { kind code } } }"""
FORGET = """mutation($a: ID!, $k: ID!) { forgetMatch(input: {result: $a, jobProfile: $k}) {
  ... on ForgottenMatch { key } ... on Problem { code } } }"""


class TestSavedMatches:
    async def test_hang_on_the_candidate_and_on_the_job_profile(self, http: Http) -> None:
        _invite, attempt = await http.world.complete()
        key = (await create(http))["key"]
        saved = (await http.graph(SAVE, a=str(attempt), k=key))["saveMatch"]
        assert (saved["key"], saved["jobProfile"]["key"], saved["candidate"]["name"]) == (f"{key}-{attempt}", key, "Anna Berg")
        assert saved["result"]["match"]["overall"] == saved["overall"] == int(saved["exact"]["value"] + 0.5)
        text = """query($k: ID!, $i: ID!) { jobProfile(key: $k) { savedMatches(first: 5) { totalCount nodes { key } } }
          candidates(first: 1) { nodes { savedMatches(first: 5) { totalCount nodes { key } } } }
          savedMatches(first: 5) { totalCount nodes { key } } node(id: $i) { ... on SavedMatch { key } } }"""
        found = await http.graph(text, k=key, i=saved["id"])
        page = {"totalCount": 1, "nodes": [{"key": saved["key"]}]}
        assert found["jobProfile"]["savedMatches"] == found["savedMatches"] == page
        assert found["candidates"]["nodes"][0]["savedMatches"] == page
        assert found["node"] == {"key": saved["key"]}
        assert (await http.graph(FORGET, a=str(attempt), k=key))["forgetMatch"] == {"key": saved["key"]}
        assert (await http.graph(FORGET, a=str(attempt), k=key))["forgetMatch"] == {"code": "NOT_FOUND"}
        assert (await http.graph(text, k=key, i=saved["id"]))["savedMatches"] == {"totalCount": 0, "nodes": []}

    async def test_of_nothing_are_refused(self, http: Http) -> None:
        _invite, attempt = await http.world.complete()
        empty = (await create(http, targets=[]))["key"]
        assert (await http.graph(SAVE, a=str(attempt), k=empty))["saveMatch"] == {"kind": "WRONG_STATE", "code": "NOTHING_TO_MATCH"}
        assert (await http.graph(SAVE, a="no", k=empty))["saveMatch"]["code"] == "NOT_FOUND"

    async def test_take_the_same_statements_for_one_and_for_twenty(self, world: World) -> None:
        """Q-26."""
        async with world.work() as uow:
            keys = [await commands.create(uow, name=f"P {number}", targets=[("detail", {"ideal": 5})]) for number in range(20)]
        for number in range(3):
            _invite, attempt = await world.complete(f"p{number}@example.com", f"Person {number}", seed=number)
            async with world.work() as uow:
                for key in keys:
                    await commands.save_match(uow, attempt_id=attempt, job_profile=key)
        text = """query($n: Int!) { jobProfiles(first: $n) { nodes { savedMatches(first: $n) { totalCount nodes {
          overall candidate { name } result { completedAt } jobProfile { name } } } } }
          candidates(first: $n) { nodes { savedMatches(first: $n) { totalCount nodes { jobProfile { key } } } } } }"""
        few, _ = await statements(world, text, {"n": 1})
        many, data = await statements(world, text, {"n": 20})
        assert few == many <= 10
        assert [node["savedMatches"]["totalCount"] for node in data["jobProfiles"]["nodes"]] == [3] * 20  # type: ignore[index]
        assert [node["savedMatches"]["totalCount"] for node in data["candidates"]["nodes"]] == [20] * 3  # type: ignore[index]
