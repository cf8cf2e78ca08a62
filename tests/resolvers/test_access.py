"""Accounts, keys and tokens through the graph."""

from domain.access.uuids import account_uuid
from tests.support.http import Http

CREATE = """mutation($p: [Permission!], $m: Mode) { createApiKey(input: {name: "CI", permissions: $p, mode: $m}) {
  ... on NewApiKey { secret apiKey { key prefix lastFour mode permissions } } ... on Problem { kind code message } } }"""
TOKEN = """mutation($p: [Permission!], $s: Int!) { createAccessToken(input: {permissions: $p, lifetimeSeconds: $s}) {
  ... on AccessToken { token permissions expiresAt } ... on Problem { kind code message fields { path } } } }"""
REGISTER = """mutation($e: String!, $m: Mode!) { registerAccount(input: {email: $e, company: "Neu & Söhne", mode: $m}) {
  ... on Registration { accountKey secret mode permissions } ... on Problem { kind code message } } }"""


class TestRegistration:
    async def test_anybody_can_register_and_use_the_key(self, http: Http) -> None:
        """R-ESC-8."""
        made = (await http.graph(REGISTER, key=None, e="new@example.com", m="LIVE"))["registerAccount"]
        account = (await http.graph("{ account { key company mode language openLinkUrl } }", key=made["secret"]))["account"]
        assert account["key"] == made["accountKey"]
        assert account["mode"] == "LIVE"
        assert "/open/neu-soehne-" in account["openLinkUrl"]

    async def test_an_account_is_a_uuid_as_well(self, http: Http) -> None:
        """The same for ever: integrators keep it."""
        account = (await http.graph("{ account { key uuid } }"))["account"]
        assert account["uuid"] == str(account_uuid(int(account["key"].removeprefix("cus_"))))
        assert [str(account_uuid(number)) for number in (1, 2)] == [
            "2eed93c9-69c3-5ffd-92d8-6e35107f4d0c",
            "c79e3496-dcfa-5417-935e-f05eeac37c4b",
        ]

    async def test_test_mode_answers_the_key_of_the_sandbox(self, http: Http) -> None:
        made = (await http.graph(REGISTER, key=None, e="new@example.com", m="TEST"))["registerAccount"]
        assert made["secret"].startswith("pk_test_")
        assert (await http.graph("{ balance { available } account { mode } }", key=made["secret"])) == {
            "balance": {"available": 100},
            "account": {"mode": "TEST"},
        }

    async def test_an_address_registers_once(self, http: Http) -> None:
        """R-ESC-9: in any spelling."""
        before = await http.world.rows()
        refused = (await http.graph(REGISTER, key=None, e="OWNER@Example.com", m="LIVE"))["registerAccount"]
        assert refused["code"] == "EMAIL_ALREADY_REGISTERED"
        assert await http.world.rows() == before


class TestKeys:
    async def test_a_key_is_shown_once(self, http: Http) -> None:
        """Q-4."""
        made = (await http.graph(CREATE, p=["INVITES_READ"], m=None))["createApiKey"]
        listed = await http.graph("{ apiKeys(first: 10) { nodes { key prefix lastFour permissions } } }")
        [key] = [key for key in listed["apiKeys"]["nodes"] if key["key"] == made["apiKey"]["key"]]
        assert key["permissions"] == ["INVITES_READ"]
        assert (key["prefix"], key["lastFour"]) == (made["secret"][:12], made["secret"][-4:])
        assert made["secret"] not in str(listed)

    async def test_a_key_grants_no_more_than_it_has(self, http: Http) -> None:
        """Q-4."""
        narrow = (await http.graph(CREATE, p=["KEYS_READ", "KEYS_WRITE"], m=None))["createApiKey"]["secret"]
        before = await http.world.rows()
        [error] = await http.graph_errors(CREATE, key=narrow, p=["RESULTS_READ"], m=None)
        assert error["extensions"]["code"] == "GRANTS_MORE_THAN_IT_HAS"
        assert await http.world.rows() == before

    async def test_a_live_key_makes_keys_of_its_sandbox(self, http: Http) -> None:
        made = (await http.graph(CREATE, p=None, m="TEST"))["createApiKey"]
        assert made["apiKey"]["mode"] == "TEST"
        sandbox = (await http.graph("{ account { key mode } }", key=made["secret"]))["account"]
        assert sandbox == {"key": f"cus_{http.world.sandbox_id}", "mode": "TEST"}
        refused = (await http.graph(CREATE, key=made["secret"], p=None, m="LIVE"))["createApiKey"]
        assert refused["kind"] == "BAD_INPUT"

    async def test_a_revoked_key_is_refused_at_once(self, http: Http) -> None:
        """Q-4."""
        made = (await http.graph(CREATE, p=None, m=None))["createApiKey"]
        assert await http.graph("{ viewer { permissions } }", key=made["secret"])
        await http.graph("mutation($k: ID!) { revokeApiKey(input: {key: $k}) { __typename } }", k=made["apiKey"]["key"])
        reply = await http.request("POST", "/graphql", key=made["secret"], json={"query": "{ viewer { permissions } }"})
        assert reply.status == 401

    async def test_a_reissued_key_goes_on_for_a_while(self, http: Http) -> None:
        made = (await http.graph(CREATE, p=["INVITES_READ"], m=None))["createApiKey"]
        text = """mutation($k: ID!) { reissueApiKey(input: {key: $k, overlapSeconds: 60}) {
          ... on NewApiKey { secret apiKey { permissions } } } }"""
        fresh = (await http.graph(text, k=made["apiKey"]["key"]))["reissueApiKey"]
        assert fresh["apiKey"]["permissions"] == ["INVITES_READ"]
        for secret in (made["secret"], fresh["secret"]):
            assert await http.graph("{ viewer { permissions } }", key=secret)
        http.world.advance(seconds=61)
        http.server.front.authenticator._known.clear()
        assert (await http.request("POST", "/graphql", key=made["secret"], json={"query": "{ viewer { permissions } }"})).status == 401


class TestTokens:
    async def test_a_token_reads_and_does_not_write(self, http: Http) -> None:
        made = (await http.graph(TOKEN, p=None, s=600))["createAccessToken"]
        assert all(permission.endswith("_READ") for permission in made["permissions"])
        assert await http.graph("{ invites(first: 1) { totalCount } }", key=made["token"])
        [error] = await http.graph_errors('mutation { sendInvite(input: {email: "a@b.example"}) { __typename } }', key=made["token"])
        assert error["extensions"]["code"] == "FORBIDDEN"

    async def test_a_token_makes_no_credentials(self, http: Http) -> None:
        made = (await http.graph(TOKEN, p=["KEYS_WRITE", "KEYS_READ"], s=600))["createAccessToken"]
        [error] = await http.graph_errors(CREATE, key=made["token"], p=None, m=None)
        assert error["extensions"]["code"] == "TOKEN_MAKES_NO_CREDENTIAL"

    async def test_an_hour_is_the_most(self, http: Http) -> None:
        refused = (await http.graph(TOKEN, p=None, s=3601))["createAccessToken"]
        assert refused["fields"] == [{"path": ["lifetimeSeconds"]}]


class TestViewer:
    async def test_says_how_much_is_left(self, http: Http) -> None:
        await http.world.invite()
        limits = (await http.graph("{ viewer { limits { requestsPerMinute requestsLeft pendingInvitesLeft creditsAvailable } } }"))[
            "viewer"
        ]["limits"]
        assert limits == {"requestsPerMinute": 100, "requestsLeft": 99, "pendingInvitesLeft": 9, "creditsAvailable": 100}


class TestAccount:
    async def test_changes_what_is_given_and_nothing_else(self, http: Http) -> None:
        text = """mutation($i: UpdateAccountInput!) { updateAccount(input: $i) {
          ... on Account { language imprint privacy company phone } ... on Problem { kind fields { path message } } } }"""
        first = await http.graph(text, i={"language": "DE", "imprint": "Owner Ltd, London", "phone": "+44 1"})
        assert first["updateAccount"] == {
            "language": "DE",
            "imprint": "Owner Ltd, London",
            "privacy": None,
            "company": "Owner Ltd",
            "phone": "+44 1",
        }
        second = await http.graph(text, i={"imprint": None, "privacy": "We keep it for a year."})
        assert second["updateAccount"]["imprint"] is None
        assert second["updateAccount"]["language"] == "DE"
        refused = await http.graph(text, i={"company": "  "})
        assert refused["updateAccount"]["fields"][0]["path"] == ["company"]

    async def test_an_unknown_norm_group_is_refused(self, http: Http) -> None:
        text = 'mutation { updateAccount(input: {normGroup: "4711"}) { ... on Problem { code } } }'
        assert (await http.graph(text))["updateAccount"] == {"code": "UNKNOWN_NORM_GROUP"}


class TestSandboxKeys:
    MAKE = """mutation { createApiKey(input: {name: "Try", mode: TEST}) { ... on NewApiKey { secret apiKey { key mode } } } }"""
    LIST = "query($m: Mode) { apiKeys(first: 10, filter: {mode: $m}) { nodes { key } } }"
    REVOKE = """mutation($k: ID!, $m: Mode) { revokeApiKey(input: {key: $k, mode: $m}) {
      ... on ApiKey { key revokedAt } ... on Problem { code } } }"""

    async def test_are_listed_and_ended_by_the_live_key_that_made_them(self, http: Http) -> None:
        """Q-4: what leaks can be stopped by whoever made it."""
        made = (await http.graph(self.MAKE))["createApiKey"]
        key = made["apiKey"]["key"]
        assert key in [node["key"] for node in (await http.graph(self.LIST, m="TEST"))["apiKeys"]["nodes"]]
        assert key not in [node["key"] for node in (await http.graph(self.LIST))["apiKeys"]["nodes"]]
        assert (await http.graph(self.REVOKE, k=key))["revokeApiKey"] == {"code": "NOT_FOUND"}
        assert (await http.graph(self.REVOKE, k=key, m="TEST"))["revokeApiKey"]["revokedAt"]
        assert (await http.request("POST", "/graphql", key=made["secret"], json={"query": "{ account { key } }"})).status == 401

    async def test_see_nothing_of_the_live_account(self, http: Http) -> None:
        made = (await http.graph(self.MAKE))["createApiKey"]
        [error] = await http.graph_errors(self.LIST, key=made["secret"], m="LIVE")
        assert error["extensions"]["code"] == "BAD_REQUEST"


class TestLimits:
    QUERY = "{ viewer { limits { mostPendingInvites pendingInvitesLeft creditsAvailable } } }"

    async def test_tell_what_the_credential_may_see(self, http: Http) -> None:
        """Q-2: a narrow token learns nothing of balance and invites."""
        token = """mutation { createAccessToken(input: {permissions: [CANDIDATES_READ]}) { ... on AccessToken { token } } }"""
        narrow = (await http.graph(token))["createAccessToken"]["token"]
        shown = [(await http.graph(self.QUERY, key=key))["viewer"]["limits"] for key in ("", narrow)]
        assert shown == [
            {"mostPendingInvites": 10, "pendingInvitesLeft": 10, "creditsAvailable": 100},
            {"mostPendingInvites": 10, "pendingInvitesLeft": None, "creditsAvailable": None},
        ]
