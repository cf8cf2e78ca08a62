"""Names that the job engine stores; they stay, or stored work is never found again."""

APPLICATION = "centil"
QUEUE = "centil"
VERSION = "1"
"""One for all releases: work that an older release stored is resumed by a newer one."""
JOB = "centil.job"
SCHEDULED = "centil.scheduled"
