"""Signatures are what the reference library of Standard Webhooks and a few lines of a receiver accept, and nothing else."""

import hashlib
import hmac
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from domain.webhooks import signing

KEY = "msg_01k"
BODY = '{"event":"analysis.completed","name":"Zoë Straße"}'.encode()


def now() -> datetime:
    return datetime.now(UTC)


def accepts(secret: str, headers: dict[str, str], body: bytes = BODY) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


class TestStandardHeaders:
    @given(st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
    def test_are_accepted_by_the_reference(self, body: bytes) -> None:
        secret = signing.new_secret()
        headers = signing.standard_headers([secret], key=KEY, at=now(), body=body)
        assert headers["webhook-id"] == KEY
        assert accepts(secret, headers, body)
        assert not accepts(signing.new_secret(), headers, body)
        assert not accepts(secret, headers, body + b" ")
        assert not accepts(secret, {**headers, "webhook-id": "msg_02k"}, body)

    def test_are_the_example_of_the_specification(self) -> None:
        headers = signing.standard_headers(
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            key="msg_p5jXN8AQM9LWM0D4loKWxJek",
            at=datetime.fromtimestamp(1614265330, UTC),
            body=b'{"test": 2432232314}',
        )
        assert headers["webhook-timestamp"] == "1614265330"
        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_hold_for_both_secrets_while_one_is_replaced(self) -> None:
        """Q-21."""
        new, old = signing.new_secret(), signing.new_secret()
        headers = signing.standard_headers([new, old], key=KEY, at=now(), body=BODY)
        assert len(headers["webhook-signature"].split(" ")) == 2
        assert accepts(new, headers)
        assert accepts(old, headers)


class TestEscHeaders:
    def test_are_an_hmac_over_the_raw_body(self) -> None:
        """I-ESC-22, R-ESC-57."""
        secret = signing.new_secret()
        wanted = hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()
        assert signing.esc_headers([secret], BODY) == {"X-Webhook-Signature": f"sha256={wanted}"}

    def test_have_a_second_one_while_a_secret_is_replaced(self) -> None:
        new, old = signing.new_secret(), signing.new_secret()
        headers = signing.esc_headers([new, old], BODY)
        assert headers["X-Webhook-Signature"] == signing.esc_headers([new], BODY)["X-Webhook-Signature"]
        assert headers["X-Webhook-Signature-Previous"] == signing.esc_headers([old], BODY)["X-Webhook-Signature"]


def test_secrets_are_long_and_never_the_same() -> None:
    made = {signing.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(secret.startswith("whsec_") and len(secret) == 50 for secret in made)
