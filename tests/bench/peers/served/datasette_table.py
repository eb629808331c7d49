"""Datasette over the accounts, with facets and the trigram index: `datasette_table.py FILE PORT`.

The peers' Python runs it.
"""

import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import uvicorn
from datasette.app import Datasette
from datasette.database import Database

DATABASE, PORT = sys.argv[1:]
COLUMNS = (
    "seller_name",
    "region",
    "marketplaces",
    "plan",
    "paused",
    "refused_at",
    "expires_at",
)

now = datetime.now(UTC)
shown = [("_col", name) for name in COLUMNS]
window = [
    ("expires_at__gt", f"{now:%Y-%m-%d %H:%M:%S}"),
    ("expires_at__lt", f"{now + timedelta(days=30):%Y-%m-%d %H:%M:%S}"),
]
table = {
    "fts_table": "authorization_search",
    "fts_pk": "id",
    "facets": ["region", "plan"],
    # A link to what one asks for daily is how people use it; so are the columns chosen.
    "description_html": (
        f'<a id="all" href="?{urlencode(shown)}">All</a> '
        f'<a id="soon" href="?{urlencode(shown + window)}">Within 30 days</a>'
    ),
}
served = Datasette(
    metadata={"databases": {"accounts": {"tables": {"authorization": table}}}},
    settings={"default_page_size": 50},
)
served.add_database(Database(served, path=DATABASE), name="accounts")
uvicorn.run(served.app(), host="127.0.0.1", port=int(PORT), log_level="error")
