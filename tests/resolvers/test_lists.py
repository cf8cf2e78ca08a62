"""Lists, nodes, search and what is the same for everybody."""

import pytest

from tests.support.http import Http


async def three(http: Http) -> None:
    for number, name in enumerate(("Anna Berg", "Björn Müller", "Zoë Straße")):
        await http.world.complete(f"p{number}@example.com", name, seed=number)
        http.world.advance(hours=1)


class TestPages:
    async def test_forward_and_backward_give_the_same(self, http: Http) -> None:
        """Q-27."""
        await three(http)
        text = """query($f: Int, $a: String, $l: Int, $b: String) { candidates(first: $f, after: $a, last: $l, before: $b, orderBy: NAME) {
          nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
        first = (await http.graph(text, f=2))["candidates"]
        assert [node["name"] for node in first["nodes"]] == ["Anna Berg", "Björn Müller"]
        assert [edge["node"]["name"] for edge in first["edges"]] == ["Anna Berg", "Björn Müller"]
        assert first["pageInfo"]["hasNextPage"]
        assert not first["pageInfo"]["hasPreviousPage"]
        second = (await http.graph(text, f=2, a=first["pageInfo"]["endCursor"]))["candidates"]
        assert [node["name"] for node in second["nodes"]] == ["Zoë Straße"]
        back = (await http.graph(text, l=2, b=second["pageInfo"]["startCursor"]))["candidates"]
        assert back["nodes"] == first["nodes"]

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            ("first: 0", "first"),
            ("first: 101", "first"),
            ("last: -1", "last"),
            ("first: 1, last: 1", "first"),
            ('first: 1, before: "x"', "after"),
            ("last: 1, offset: 5", "offset"),
            ('first: 1, after: "bm8"', "cursor"),
            ('first: 1, after: "ü"', "cursor"),
            ("first: 1, offset: -1", "offset"),
        ],
    )
    async def test_wrong_pages_are_refused_with_a_sentence(self, http: Http, arguments: str, word: str) -> None:
        [error] = await http.graph_errors(f"{{ candidates({arguments}) {{ nodes {{ key }} }} }}")
        assert error["extensions"]["kind"] == "BAD_INPUT"
        assert word in error["message"]

    async def test_a_cursor_of_another_order_is_refused(self, http: Http) -> None:
        await three(http)
        cursor = (await http.graph("{ candidates(first: 1) { pageInfo { endCursor } } }"))["candidates"]["pageInfo"]["endCursor"]
        [error] = await http.graph_errors(
            "query($a: String) { candidates(first: 1, after: $a, orderBy: NAME) { nodes { key } } }", a=cursor
        )
        assert error["extensions"]["code"] == "BAD_REQUEST"

    async def test_an_empty_list_has_no_cursors(self, http: Http) -> None:
        empty = (await http.graph("{ results(first: 5) { totalCount nodes { key } pageInfo { hasNextPage startCursor endCursor } } }"))[
            "results"
        ]
        assert empty == {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None}}


class TestFilters:
    async def test_invites_by_status_now(self, http: Http) -> None:
        """The status is judged when it is asked for."""
        await http.world.invite("old@example.com")
        http.world.advance(days=30)
        await http.world.invite("new@example.com")
        text = "query($s: [InviteStatus!]) { invites(first: 5, filter: {status: $s}) { totalCount nodes { status email } } }"
        for status, email in (("EXPIRED", "old@example.com"), ("PENDING", "new@example.com")):
            found = (await http.graph(text, s=[status]))["invites"]
            assert found == {"totalCount": 1, "nodes": [{"status": status, "email": email}]}
        assert (await http.graph(text, s=["EXPIRED", "PENDING"]))["invites"]["totalCount"] == 2

    async def test_candidates_by_everything_at_once(self, http: Http) -> None:
        await three(http)
        text = "query($f: CandidateFilter) { candidates(first: 5, filter: $f) { nodes { name } } }"
        everything = {"text": "STRASSE", "protected": False, "anonymized": False, "createdFrom": "2026-03-02T10:30:00Z"}
        assert (await http.graph(text, f=everything))["candidates"]["nodes"] == [{"name": "Zoë Straße"}]
        assert (await http.graph(text, f={**everything, "gender": ["MALE"]}))["candidates"]["nodes"] == []


class TestSearch:
    @pytest.mark.parametrize(
        ("arguments", "names"),
        [
            ('text: "müller"', ["Björn Müller"]),
            ('text: "MULLER"', ["Björn Müller"]),
            ('text: "strasse"', ["Zoë Straße"]),
            ('email: "example"', ["Zoë Straße", "Björn Müller", "Anna Berg"]),
            ('name: "an"', ["Anna Berg"]),
            ('text: "%"', []),
            ('text: "b_rg"', []),
            ('completedFrom: "2026-03-02", completedTo: "2026-03-02"', ["Zoë Straße", "Björn Müller", "Anna Berg"]),
            ('completedTo: "2026-03-01"', []),
            ('completedTo: "9999-12-31", text: "berg"', ["Anna Berg"]),
        ],
    )
    async def test_finds_parts_without_case_and_accents(self, http: Http, arguments: str, names: list[str]) -> None:
        """R-ESC-43."""
        await three(http)
        found = await http.graph(f"{{ search({arguments}, first: 10) {{ nodes {{ candidate {{ name }} }} }} }}")
        assert [node["candidate"]["name"] for node in found["search"]["nodes"]] == names


class TestNodes:
    async def test_keep_the_order_that_was_asked(self, http: Http) -> None:
        await three(http)
        found = await http.graph(
            "{ candidates(first: 3) { nodes { id } } instruments { id } products { id } normGroups { id } account { id } }"
        )
        ids = [node["id"] for node in found["candidates"]["nodes"]]
        ids += [found["instruments"][0]["id"], found["products"][0]["id"], found["normGroups"][-1]["id"], found["account"]["id"]]
        wanted = [ids[-1], "bm90aGluZw==", *ids[:-1], ids[0], "%"]
        nodes = (await http.graph("query($i: [ID!]!) { nodes(ids: $i) { id __typename } }", i=wanted))["nodes"]
        assert [node and node["id"] for node in nodes] == [ids[-1], None, *ids[:-1], ids[0], None]


class TestInstrument:
    async def test_asks_every_item_once_with_neighbours_of_different_scales(self, http: Http) -> None:
        query = "{ instruments { itemCount items { key scaleKey reverse } } }"
        [instrument] = (await http.graph(query))["instruments"]
        [public] = (await http.graph(query, key=None))["instruments"]
        assert {(item["scaleKey"], item["reverse"]) for item in public["items"]} == {(None, None)}, "how it is scored is not for everybody"
        assert instrument["itemCount"] == len({item["key"] for item in instrument["items"]}) == 115
        neighbours = zip(instrument["items"], instrument["items"][1:], strict=False)
        assert all(one["scaleKey"] != other["scaleKey"] for one, other in neighbours)

    async def test_an_unknown_version_is_null(self, http: Http) -> None:
        text = 'query($v: String) { instrument(key: "escprofile", version: $v) { version } }'
        assert (await http.graph(text))["instrument"] == {"version": "1.0"}
        assert (await http.graph(text, v="0.9"))["instrument"] is None


class TestMutations:
    async def test_the_second_sees_what_the_first_wrote(self, http: Http) -> None:
        text = """mutation { a: sendInvite(input: {email: "a@example.com", name: "First"}) { ... on Invite { candidate { name } } }
          b: sendInvite(input: {email: "a@example.com", name: "Second"}) { ... on Invite { candidate { name } } } }"""
        done = await http.graph(text)
        assert done == {"a": {"candidate": {"name": "First"}}, "b": {"candidate": {"name": "Second"}}}

    async def test_a_problem_leaves_the_others_alone(self, http: Http) -> None:
        text = """mutation { a: sendInvite(input: {email: "nope"}) { ... on Problem { code fields { path message } } }
          b: sendInvite(input: {email: "b@example.com"}) { ... on Invite { status } } }"""
        done = await http.graph(text)
        assert done["a"]["fields"][0]["path"] == ["email"]
        assert done["b"] == {"status": "PENDING"}

    async def test_limits_come_with_their_numbers(self, http: Http) -> None:
        for number in range(10):
            await http.world.invite(f"p{number}@example.com")
        text = """mutation { sendInvite(input: {email: "x@example.com"}) { ... on Problem { kind code details {
          ... on LimitReached { limit } } } } }"""
        assert (await http.graph(text))["sendInvite"] == {"kind": "TOO_MANY", "code": "TOO_MANY_PENDING_INVITES", "details": {"limit": 10}}
