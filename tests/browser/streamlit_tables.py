"""Streamlit's own tables, which are painted: what stands in them is read from their texts for
screen readers, and where it stands has to be worked out."""

from playwright.sync_api import Page, expect

ROW = 36
"""The height in pixels of the heading and of each row."""

AT_REST = """(table, column) => new Promise(done => {
  let before = '', since = 0;
  const look = now => {
    const cells = table.querySelectorAll(`[role=gridcell][aria-colindex="${column}"]`);
    const text = [...cells].map(cell => cell.textContent).join();
    if (text !== before) [before, since] = [text, now];
    now - since > 400 ? done() : requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""Waits until a column has said the same for 400 ms: the texts follow what is painted by up to
half of that."""


def cells(page: Page, column: int) -> list[str]:
    """The texts of one column of the page's first table, as far as it is drawn; columns are
    counted from 1."""
    table = page.get_by_test_id("stDataFrame").first
    found = table.locator(f'[role=gridcell][aria-colindex="{column}"]')
    expect(found.first).to_be_attached()
    table.evaluate(AT_REST, column)
    return found.all_text_contents()
