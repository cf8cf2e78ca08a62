"""What happens to results and norm groups."""

from domain.kernel.event_types import Thing, happening, number, reference

RESULT = Thing("Result")
NORM_GROUP = Thing("NormGroup")

RESULT_RECORDED = happening(
    "result.recorded",
    RESULT,
    "An attempt was scored; its result has the attempt's number.",
    norm_group=reference("What it is compared with.", NORM_GROUP),
)
NORM_GROUP_COMPUTED = happening(
    "norm_group.computed", NORM_GROUP, "A norm group was made from completed attempts.", n=number("From how many.", least=1)
)
