"""Dash AG Grid over SQL, a block of rows at a time: `dash_grid.py FILE PORT`.

The peers' Python runs it.
"""

import sqlite3
import sys
from datetime import UTC, datetime, timedelta

import dash_ag_grid as dag
from dash import Dash, Input, Output, callback, clientside_callback, dcc, html
from waitress import serve

DATABASE, PORT = sys.argv[1:]
PAGE = 50
COLUMNS = (
    "seller_name",
    "region",
    "marketplaces",
    "plan",
    "paused",
    "refused_at",
    "expires_at",
)

app = Dash(__name__, compress=True)
app.layout = html.Div(
    [
        dcc.Input(id="search", placeholder="Search", debounce=True),
        dcc.RadioItems(["All", "Within 30 days"], "All", id="expires"),
        dag.AgGrid(
            id="grid",
            rowModelType="infinite",
            # Of the expiry it is the days until it that are filtered.
            columnDefs=[
                {"field": name, "filter": "agNumberColumnFilter" if name == "expires_at" else True}
                for name in COLUMNS
            ],
            dashGridOptions={
                "pagination": True,
                "paginationPageSize": PAGE,
                "cacheBlockSize": PAGE,
                "ensureDomOrder": True,
            },
            style={"height": "760px"},
        ),
    ]
)

clientside_callback(
    """(text, expires) => ({
        ...(text && {seller_name: {type: 'contains', filter: text}}),
        ...(expires !== 'All' && {expires_at: {type: 'lessThan', filter: 30}}),
    })""",
    Output("grid", "filterModel"),
    Input("search", "value"),
    Input("expires", "value"),
    prevent_initial_call=True,
)


@callback(
    Output("grid", "getRowsResponse"), Input("grid", "getRowsRequest"), prevent_initial_call=True
)
def rows(asked: dict | None) -> dict:
    """The block that the grid asks for, and how many rows there are."""
    asked = asked or {"startRow": 0, "endRow": PAGE, "filterModel": {}, "sortModel": []}
    conditions, values = ["1"], []
    for column, filtered in asked["filterModel"].items():
        if column == "seller_name":
            conditions.append("seller_name LIKE ?")
            values.append(f"%{filtered['filter']}%")
        else:
            conditions.append("expires_at > ? AND expires_at < ?")
            now = datetime.now(UTC)
            soon = now + timedelta(days=int(filtered["filter"]))
            values += [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (now, soon)]
    orders = [
        f"{each['colId']} {'DESC' if each['sort'] == 'desc' else 'ASC'}"
        for each in asked["sortModel"]
        if each["colId"] in COLUMNS
    ]
    where = " AND ".join(conditions)
    connection = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    found = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM authorization WHERE {where} "
        f"ORDER BY {', '.join([*orders, 'id'])} LIMIT ? OFFSET ?",
        [*values, asked["endRow"] - asked["startRow"], asked["startRow"]],
    ).fetchall()
    count = f"SELECT count(*) FROM authorization WHERE {where}"
    matching = connection.execute(count, values).fetchone()[0]
    connection.close()
    return {"rowData": [dict(row) for row in found], "rowCount": matching}


serve(app.server, host="127.0.0.1", port=int(PORT), threads=8)
