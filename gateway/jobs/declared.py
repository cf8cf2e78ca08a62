"""The modules of the domain that declare jobs, imported: a context with a job is named here, and nowhere else."""

import domain.catalogue
import domain.exports.jobs
import domain.flows.advancing
import domain.flows.mails
import domain.idempotency.jobs
import domain.invites.expiry
import domain.invites.mails
import domain.invoices.files
import domain.merging.jobs
import domain.orders.mails
import domain.privacy.finishing
import domain.reports.team_documents
import domain.trials.keeping
import domain.trials.mails
import domain.webhooks.keeping
import domain.webhooks.mails
import domain.webhooks.sending  # noqa: F401
from domain.kernel.jobs import JOBS

__all__ = ["JOBS"]
