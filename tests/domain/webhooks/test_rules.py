"""Addresses, schedules and types of events: pure rules, by tables and properties."""

import contextlib
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.kernel.environment import Environment, Locked, Signer, Webhooks
from domain.kernel.errors import BadInput
from domain.webhooks import addresses, secrets, types
from domain.webhooks.status import LONGEST_WAIT, Format, asked_for, next_try

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SCHEDULE = Webhooks().retries
WRONG = [
    "",
    "   ",
    "example.com/hook",
    "ftp://example.com/",
    "http://example.com/hook",
    "javascript:alert(1)",
    "https://",
    "https:///hook",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com/#part",
    "https://example.com/a b",
    "https://exämple.com/",
    "https://example.com\\@localhost/",
    "https://example.com:0/",
    "https://example.com:22/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://localhost/",
    "https://localhost./",
    "https://intranet/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://-example.com/",
    "https://example..com/",
    "https://example.com/" + "x" * 2_000,
    "https://example.com/\r\nHost: x",
]
RIGHT = [
    "https://example.com",
    "https://hooks.example.com/a/b?c=d",
    "https://example.com:8443/",
    "HTTPS://Example.com/",
    "https://8.8.8.8/x",
]


class TestAddresses:
    @pytest.mark.parametrize("url", WRONG)
    def test_that_are_refused(self, url: str) -> None:
        """Q-20."""
        with pytest.raises(BadInput) as refused:
            addresses.checked(url, to_loopback=False)
        assert refused.value.fields[0].path == ("url",)

    @pytest.mark.parametrize("url", RIGHT)
    def test_that_are_taken(self, url: str) -> None:
        assert addresses.checked(f" {url} ", to_loopback=False) == url

    @pytest.mark.parametrize("url", ["http://localhost:3000/hook", "http://127.0.0.1:9/", "http://[::1]:8000/x", "https://localhost/"])
    def test_on_this_machine_are_for_development(self, url: str) -> None:
        assert addresses.checked(url, to_loopback=True) == url
        with pytest.raises(BadInput):
            addresses.checked(url, to_loopback=False)
        with pytest.raises(BadInput):
            addresses.checked("http://10.0.0.1/", to_loopback=True)

    @given(st.text(max_size=60))
    def test_are_answered_whatever_they_are(self, url: str) -> None:
        with contextlib.suppress(BadInput):
            assert addresses.checked(url, to_loopback=False).lower().startswith("https://")


class TestSchedule:
    def test_is_that_of_the_rules(self) -> None:
        """Q-21."""
        hours = [timedelta(hours=count) for count in (2, 5, 10, 14, 20, 24)]
        assert list(SCHEDULE) == [timedelta(), timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *hours]

    @given(st.integers(1, 9), st.integers())
    def test_is_a_tenth_more_or_less(self, tries: int, seed: int) -> None:
        again = next_try(tries, SCHEDULE, now=NOW, asked=None, luck=random.Random(seed))
        assert again is not None
        assert SCHEDULE[tries] * 0.9 <= again - NOW <= SCHEDULE[tries] * 1.1 + timedelta(microseconds=1)

    @given(st.integers(1, 12), st.timedeltas(timedelta(), timedelta(days=99)))
    def test_waits_as_long_as_asked_within_a_day(self, tries: int, asked: timedelta) -> None:
        again = next_try(tries, SCHEDULE, now=NOW, asked=asked, luck=random.Random(1))
        assert (again is None) == (tries >= len(SCHEDULE))
        assert again is None or again - NOW >= min(asked, LONGEST_WAIT)

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            (None, None),
            ("", None),
            ("0", 0),
            ("7", 7),
            (" 7 ", 7),
            ("-7", None),
            ("7.5", None),
            ("٧", None),
            ("soon", None),
            ("Mon, 02 Mar 2026 09:00:30 GMT", 30),
            ("Mon, 02 Mar 2026 08:00:00 GMT", None),
            ("Mon, 99 Mar 2026 08:00:00 GMT", None),
            ("9" * 400, 86_400),
        ],
    )
    def test_reads_what_receivers_ask(self, header: str | None, seconds: int | None) -> None:
        assert asked_for(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))

    @given(st.text(max_size=50) | st.from_regex(r"Mon, [0-9]{1,5} Mar [0-9]{1,12} [0-9:]{0,9}( GMT| [+-][0-9]{0,12})?", fullmatch=True))
    @example("Mon, 02 Mar 99999999999999 09:10:00 GMT")
    def test_makes_sense_of_anything(self, header: str) -> None:
        wait = asked_for(header, NOW)
        assert wait is None or timedelta() <= wait <= LONGEST_WAIT


class TestTypes:
    def test_are_all_unless_some_are_named(self) -> None:
        """R-ESC-56."""
        assert types.checked(None, Format.ESC) == ["invite.completed", "invite.started", "order.completed"]
        assert types.checked(["invite.started", "invite.started"], Format.ESC) == ["invite.started"]

    @pytest.mark.parametrize("events", [[], ["nothing"], ["invite.started", "team.created"], [""]])
    def test_that_there_are_not_are_refused(self, events: list[str]) -> None:
        with pytest.raises(BadInput):
            types.checked(events, Format.ESC)


class TestSecrets:
    def test_are_read_in_their_own_place_alone(self) -> None:
        here, elsewhere = (Environment("https://x.example", Signer(secret)) for secret in ("a secret", "another secret"))
        locked = secrets.lock(here, 1, "wh_1", "whsec_x")
        assert "whsec" not in locked
        assert locked != secrets.lock(here, 1, "wh_1", "whsec_x")
        assert here.signer.unlock("webhook:1:wh_1", locked) == "whsec_x"
        for environment, place, text in (
            (here, "webhook:1:wh_2", locked),
            (here, "webhook:2:wh_1", locked),
            (elsewhere, "webhook:1:wh_1", locked),
            (here, "webhook:1:wh_1", locked[:-4]),
            (here, "webhook:1:wh_1", ""),
        ):
            with pytest.raises(Locked):
                environment.signer.unlock(place, text)
