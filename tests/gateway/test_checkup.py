"""What doctor tries is what the product uses; how it tells it is tested with the commands."""

from pathlib import Path

import pytest

from gateway import checkup
from gateway.adapters.mail import mailer
from gateway.settings import MAIL_PORTS, Settings


@pytest.mark.parametrize("scheme", sorted(MAIL_PORTS))
def test_a_mail_server_is_tried_where_mails_are_sent(tmp_path: Path, scheme: str) -> None:
    settings = Settings(var=tmp_path, mail_url=f"{scheme}://127.0.0.1")
    port = mailer(settings)._port  # type: ignore[attr-defined]
    assert port == MAIL_PORTS[scheme]
    assert checkup._mail(settings).says.startswith(f"127.0.0.1:{port} ")
