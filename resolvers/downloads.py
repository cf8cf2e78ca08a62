"""Links to files."""

from datetime import datetime

from domain.kernel.permissions import Access
from resolvers.fields import attribute, graph_type


@graph_type(requires=Access.PUBLIC, description="A link to a file. Whoever has the link can download it for a quarter of an hour.")
class Download:
    url: str = attribute("Where it is.")
    media_type: str = attribute("What it is, such as `application/pdf`.")
    expires_at: datetime = attribute("Until when the link works; ask again for a new one.")
