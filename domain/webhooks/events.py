"""What happens to webhooks."""

from domain.kernel.event_types import Thing, code, codes, happening, shaped_all
from domain.webhooks.status import Disabled, Format

WEBHOOK = Thing("Webhook", "wh_")
CHANGEABLE = ("url", "description", "events", "active", "credential", "retries", "signed")

WEBHOOK_CREATED = happening(
    "webhook.created",
    WEBHOOK,
    "An address asked to be told what happens.",
    events=shaped_all("The types of events it wants.", r"[a-z_]+\.[a-z_]+", "invite.completed"),
    format=code("In whose words.", Format),
)
WEBHOOK_CHANGED = happening("webhook.changed", WEBHOOK, "It was changed.", fields=codes("What of it.", CHANGEABLE))
WEBHOOK_SECRET_ROTATED = happening("webhook.secret_rotated", WEBHOOK, "It got a new secret; the old one is good for a while.")
WEBHOOK_TESTED = happening("webhook.tested", WEBHOOK, "A message was asked for that tells of nothing; only this webhook is told.")
WEBHOOK_DISABLED = happening("webhook.disabled", WEBHOOK, "It was switched off, and is told nothing more.", reason=code("Why.", Disabled))
WEBHOOK_DELETED = happening("webhook.deleted", WEBHOOK, "It was deleted, and with it the log of its deliveries.")
