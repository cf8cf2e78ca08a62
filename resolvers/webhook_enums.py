"""The closed lists of webhooks and of what was sent to them."""

from domain.kernel.ports import Trouble
from domain.webhooks.status import Canceled, Credential, DeliveryStatus, Disabled, Format
from resolvers.enums import graph_enum

__all__ = ["Canceled", "Credential", "DeliveryStatus", "Disabled", "Format", "Trouble"]

graph_enum(
    Format,
    name="WebhookFormat",
    description="In whose words a webhook is told.",
    values={
        Format.CENTIL: "`type`, `timestamp`, `sequence`, and in `data` the key of what it is about and the facts of the event.",
        Format.QUESTIONNAIRES: "Those of the questionnaire API; for results, with `setResultWebhook` alone.",
        Format.ESC: "Those of the esc Profile API: `event`, `timestamp`, and in `data` the invite or order as that API shows it.",
    },
)
graph_enum(
    Disabled,
    name="WebhookDisabledReason",
    description="Why a webhook is switched off.",
    values={
        Disabled.BY_ACCOUNT: "The account did.",
        Disabled.FAILING: "It had answered nothing well for five days.",
        Disabled.GONE: "It answered that it is gone (410).",
    },
)
graph_enum(
    Credential,
    name="WebhookCredential",
    description="How messages to the webhook of a questionnaire prove whom they are from.",
    values={
        Credential.HEADER: "By a header with a value that the receiver knows.",
        Credential.OAUTH: "By a token of OAuth 2, fetched before each delivery.",
    },
)
graph_enum(
    DeliveryStatus,
    name="DeliveryStatus",
    description="Where a delivery stands.",
    values={
        DeliveryStatus.PENDING: "It is to be sent, for the first time or again.",
        DeliveryStatus.SUCCEEDED: "The receiver took it: a status from 200 to 299; of a questionnaire's results 200 alone.",
        DeliveryStatus.FAILED: "It was given up after the last try.",
        DeliveryStatus.CANCELED: "It is not sent; `reason` says why.",
    },
)
graph_enum(
    Canceled,
    name="DeliveryCanceledReason",
    description="Why a delivery is not sent.",
    values={
        Canceled.ERASED: "It was about somebody who was erased, and its body with them.",
        Canceled.NOTHING_TO_TELL: "The API whose words the webhook wants does not show what the event is about.",
        Canceled.WEBHOOK_DISABLED: "The webhook was switched off.",
        Canceled.WEBHOOK_DELETED: "The webhook was deleted.",
    },
)
graph_enum(
    Trouble,
    name="DeliveryTrouble",
    description="Why an attempt got no answer.",
    values={
        Trouble.TIMEOUT: "It took longer than 15 seconds.",
        Trouble.NO_CONNECTION: "No connection could be made, or it broke.",
        Trouble.NO_SUCH_NAME: "The name of the host is not known.",
        Trouble.BAD_CERTIFICATE: "Its certificate is not valid for that name.",
        Trouble.ADDRESS_REFUSED: "The name leads to an address that is not public.",
        Trouble.NO_HTTP: "What was answered is not HTTP.",
        Trouble.NOT_WRITTEN: "The message could not be written; nothing was sent.",
        Trouble.NO_TOKEN: "No token could be had for its OAuth 2 credentials; nothing was sent.",
    },
)
