"""The mail that tells an account that one of its webhooks was switched off, as a job."""

import contextlib

from sqlalchemy import update

from domain.access import queries as access
from domain.kernel.actor import Actor
from domain.kernel.jobs import job
from domain.kernel.ports import Mail, Ports, Undeliverable
from domain.webhooks import queries
from domain.webhooks.model import Webhook
from domain.webhooks.status import Disabled


@job("webhooks.send_disabled")
async def send_disabled(ports: Ports, account_id: int, key: str) -> None:
    """Mail the account why a webhook was switched off, once; not when it was switched on again meanwhile, nor from a sandbox."""
    read = ports.database.read()
    webhook = await queries.to_send(read, account_id, key)
    account = await access.by_id(read, account_id)
    if webhook is None or account is None or account.mode == "test" or webhook.deleted_at is not None:
        return
    if webhook.mailed_at is not None or webhook.disabled_reason not in (Disabled.FAILING, Disabled.GONE):
        return
    facts = {
        "company": account.company,
        "name": account.contact_name or "",
        "url": webhook.url,
        "key": key,
        "link": ports.database.environment.base_url,
    }
    reference = f"{key}.{webhook.disabled_at:%Y%m%d%H%M%S}"
    with contextlib.suppress(Undeliverable):  # nobody is left to be told; the graph shows it
        mail = Mail(f"webhook_{webhook.disabled_reason}", account.language, account.email, account.contact_name or "", reference, facts)
        await ports.mailer.send(mail)
    async with ports.database.work(Actor.system(account_id)) as uow:
        mine = update(Webhook).where(Webhook.account_id == account_id, Webhook.key == key, Webhook.disabled_at == webhook.disabled_at)
        await uow.change(mine.values(mailed_at=uow.now))
