"""How messages to the webhook of a questionnaire prove whom they are from: a header as it was given, or a token of OAuth 2 (R-QST-23)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.kernel import inputs
from domain.kernel.errors import BadInput
from domain.kernel.headers import may_be_chosen
from domain.kernel.ports import Ports
from domain.kernel.statements import Row
from domain.webhooks import addresses, secrets
from domain.webhooks.status import Credential

LONGEST_SECRET = 4_000
_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")


@dataclass(frozen=True, slots=True)
class Header:
    """A header with a value that the receiver knows."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class OAuth:
    """Client credentials, for which a token is fetched before each delivery."""

    token_url: str
    audience: str | None
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A credential as it is stored, but for its secret, which is not locked yet."""

    columns: Mapping[str, str | None]
    secret: str | None


NONE = {"credential": None, "credential_name": None, "token_url": None, "audience": None, "client_id": None}


def checked(header: Header | None, oauth: OAuth | None, *, to_loopback: bool) -> Checked:
    """What is to be stored of a credential; of none at all, too.

    Raises BadInput.
    """
    if header is not None and oauth is not None:
        raise BadInput("Give 'header' or 'oauth', not both.")
    if header is not None:
        return _header(header)
    return _oauth(oauth, to_loopback=to_loopback) if oauth is not None else Checked(NONE, None)


def _header(header: Header) -> Checked:
    name = header.name.strip()
    if len(name) > 100 or not may_be_chosen(name):
        raise BadInput.field("header", "name", message="'name' must be the name of a header that is not used by the message itself.")
    columns = NONE | {"credential": Credential.HEADER.value, "credential_name": name}
    return Checked(columns, _secret(header.value, "header", "value"))


def _oauth(oauth: OAuth, *, to_loopback: bool) -> Checked:
    try:
        address = addresses.checked(oauth.token_url, to_loopback=to_loopback, field="tokenUrl")
    except BadInput as wrong:
        raise BadInput.field("oauth", "tokenUrl", message=wrong.message) from None
    columns = NONE | {
        "credential": Credential.OAUTH.value,
        "token_url": address,
        "audience": inputs.line(oauth.audience, "oauth", "audience", longest=500),
        "client_id": inputs.line(oauth.client_id, "oauth", "clientId", longest=500, required=True),
    }
    return Checked(columns, _secret(oauth.client_secret, "oauth", "clientSecret"))


def _secret(value: str, *path: str) -> str:
    """Visible ASCII, as a header can carry it."""
    if len(value) > LONGEST_SECRET or not _VALUE.fullmatch(value):
        message = f"'{path[-1]}' must be 1 to {LONGEST_SECRET:,} characters of ASCII, with no space at the ends."
        raise BadInput.field(*path, message=message)
    return value


async def headers(ports: Ports, account_id: int, key: str, webhook: Row) -> dict[str, str] | None:
    """The headers that prove where a message comes from; None when there is no token to be had."""
    if webhook.credential is None:
        return {}
    secret = secrets.credential(ports.database.environment, account_id, key, webhook.credential_secret)
    if webhook.credential == Credential.HEADER:
        return {webhook.credential_name: secret}
    form = {"grant_type": "client_credentials", "client_id": webhook.client_id, "client_secret": secret}
    token = await ports.courier.token(webhook.token_url, form | ({"audience": webhook.audience} if webhook.audience else {}))
    return {"Authorization": f"Bearer {token}"} if token is not None else None
