"""What happens to requests for trials; they belong to the installation, not to an account."""

from domain.access.events import ACCOUNT
from domain.kernel.event_types import Thing, happening, reference

TRIAL = Thing("TrialRequest", "trial_")
_ACCOUNT = reference("The account that was opened for it.", ACCOUNT)

TRIAL_REQUESTED = happening("trial.requested", TRIAL, "Somebody asked for a trial.")
TRIAL_APPROVED = happening("trial.approved", TRIAL, "An operator approved it, and its account was opened.", account=_ACCOUNT)
TRIAL_DECLINED = happening("trial.declined", TRIAL, "An operator turned it down.")
TRIAL_OPENED = happening("trial.opened", TRIAL, "Its link was used, and showed the first key of its account.", account=_ACCOUNT)
TRIAL_LINK_RENEWED = happening("trial.link_renewed", TRIAL, "Its link ran out before it was used, and a new one was mailed.")
TRIAL_MAIL_REFUSED = happening("trial.mail_refused", TRIAL, "The mail server refused a mail about it for good.")
TRIAL_FORGOTTEN = happening("trial.forgotten", TRIAL, "Its time was over: who asked is no longer known.")
