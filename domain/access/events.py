"""What happens to accounts and their credentials."""

from domain.kernel.event_types import Thing, codes, happening, reference
from domain.kernel.permissions import Permission

ACCOUNT = Thing("Account", "cus_", "9000001")
API_KEY = Thing("ApiKey", "key_")
CHANGEABLE = (
    "language",
    "country",
    "imprint",
    "privacy",
    "company",
    "contact_name",
    "phone",
    "website",
    "street",
    "postal_code",
    "city",
    "vat_id",
    "billing_attention",
    "billing_email",
    "billing_company",
    "billing_street",
    "billing_postal_code",
    "billing_city",
    "norm_group",
)
_GRANTED = codes("The permissions it has.", Permission)

ACCOUNT_REGISTERED = happening(
    "account.registered", ACCOUNT, "An account was opened.", sandbox=reference("Its sandbox, an account of its own.", ACCOUNT)
)
ACCOUNT_CHANGED = happening(
    "account.changed", ACCOUNT, "Details of the account were given anew.", fields=codes("Which of them.", (*CHANGEABLE, "status"))
)
API_KEY_CREATED = happening("api_key.created", API_KEY, "An API key was made.", permissions=_GRANTED)
API_KEY_REVOKED = happening("api_key.revoked", API_KEY, "An API key was ended at once.")
API_KEY_REISSUED = happening(
    "api_key.reissued", API_KEY, "An API key got a successor and ends after an overlap.", by=reference("The new key.", API_KEY)
)
ACCESS_TOKEN_CREATED = happening(
    "access_token.created", API_KEY, "An access token for a browser was made from an API key.", permissions=_GRANTED
)
