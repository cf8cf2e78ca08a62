"""What happens to job profiles and saved matches."""

from domain.invites.events import ATTEMPT
from domain.kernel.event_types import Thing, codes, happening, number, reference

JOB_PROFILE = Thing("JobProfile", "jp_", "1001")
SAVED_MATCH = Thing("SavedMatch", "jp_", "1001-1001")
_PROFILE = reference("The job profile.", JOB_PROFILE)
_ATTEMPT = reference("The attempt.", ATTEMPT)

JOB_PROFILE_CREATED = happening(
    "job_profile.created", JOB_PROFILE, "A job profile was made.", scales=number("Of how many scales it asks something.")
)
JOB_PROFILE_CHANGED = happening(
    "job_profile.changed",
    JOB_PROFILE,
    "A job profile was changed.",
    fields=codes("What was given.", ["name", "name_en", "type", "description", "active", "targets"]),
    version=number("Which version of its targets it has now.", least=1),
)
JOB_PROFILE_DELETED = happening("job_profile.deleted", JOB_PROFILE, "A job profile was deleted, with the matches saved for it.")
MATCH_SAVED = happening(
    "match.saved", SAVED_MATCH, "The match of a result with a job profile was kept.", job_profile=_PROFILE, attempt=_ATTEMPT
)
MATCH_FORGOTTEN = happening("match.forgotten", SAVED_MATCH, "A kept match was taken away.", job_profile=_PROFILE, attempt=_ATTEMPT)
