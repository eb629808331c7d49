"""What axe-core finds wrong with a part of a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
"""The impacts, in axe-core's words, that keep somebody from using a page."""


def violations(page: Page, within: str, impacts: tuple[str, ...] | None = None) -> list[str]:
    """Each violation in the part of the page that a selector names, by rule and element.

    impacts: only those of such an impact; None for all
    """
    found = Axe().run(page, context={"include": [[within]]}).response
    # Axe that checked nothing finds nothing either.
    assert found["passes"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found["violations"]
        if impacts is None or violation["impact"] in impacts
        for node in violation["nodes"]
    ]
