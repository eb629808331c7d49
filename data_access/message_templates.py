"""Templates of messages to sellers: text files that a vendor may change, checked at the start.

DESK_TEMPLATES names a folder of their own; what it lacks is taken from ours. A file is
`<language>/<variant>.txt`: a line "Subject: …", an empty line, the text. Files that begin with _
are parts for {% include %}. `layout.html` dresses every text as HTML, see data_access.message_html.
"""

import re
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from data_access.settings import SettingsError, settings

SHIPPED = Path(__file__).parent / "templates" / "messages"
VARIANTS = ("expiring", "expired", "refused", "not_authorized")
LAYOUT = "layout.html"
SUBJECT = "Subject: "

SAMPLE = MappingProxyType(
    {
        "contact": "Anna Example",
        "seller": "Example Ltd",
        "shop": "shop.example",
        "application": "Renewal Desk",
        "countries": "Germany and France",
        "marketplace": "Germany",
        "central": "Seller Central",
        "account": "A1EXAMPLE",
        "day": "24 November 2026",
        "moment": "24 November 2026, 14:05 (Central European Time)",
        "days_left": 7,
        "lapsed": True,
        "refused": "24 November 2026",
        "orders_waiting": "120",
        "stale_stock": "30",
        "stale_prices": "40",
        "ahead": ["25 November 2026: The first order is late."],
        "way_back": "Everything is up to date about an hour after the renewal.",
        "link": "https://desk.example/renew/sample",
        "sender": "Support",
        "support": "support@vendor.example",
        "unsubscribe": "https://desk.example/unsubscribe/sample",
    }
)
"""What a template may name, with values as they look."""

_MAY_BE_EMPTY = dict.fromkeys(
    ("contact", "day", "refused", "way_back", "support", "unsubscribe"), ""
) | {"ahead": [], "lapsed": False, "days_left": None}


MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError)
"""What filling in a template with a mistake in it ends with."""


class TemplatesWrong(SettingsError):
    """Templates cannot be used; the text has a sentence for each mistake, with file and line."""


def message_languages() -> tuple[str, ...]:
    """The languages that there are templates in."""
    found = {path.name for folder in _folders() for path in folder.iterdir() if path.is_dir()}
    return tuple(sorted(found))


def fill(language: str, variant: str, values: dict) -> tuple[str, str]:
    """Subject and text of a message; `values` has the names of SAMPLE."""
    made = _environment(settings().templates).get_template(f"{language}/{variant}.txt")
    return _parts(made.render(values))


def layout(**values: object) -> str:
    """A text as HTML."""
    return _environment(settings().templates).get_template(LAYOUT).render(values)


def check_templates() -> None:
    """Fills in every template twice, with everything and with as little as there may be.

    Raises TemplatesWrong: a mistake is found here and never when a message is sent.
    """
    folder = settings().templates
    if folder is not None and not folder.is_dir():
        raise TemplatesWrong(f"DESK_TEMPLATES: there is no folder {folder}.")
    environment = _environment(folder)
    found = [*_strangers(folder)] if folder else []
    for name in environment.list_templates(extensions=["txt", "html"]):
        found += _mistakes_in(environment, name)
    if not found:
        for language in message_languages():
            for variant in VARIANTS:
                found += _mistakes_filled(environment, f"{language}/{variant}.txt")
        found += _mistakes_in_layout(environment)
    if found:
        names = ", ".join(sorted(SAMPLE))
        raise TemplatesWrong("\n".join([*dict.fromkeys(found), f"There are the names {names}."]))


def _folders() -> tuple[Path, ...]:
    own = settings().templates
    return (own, SHIPPED) if own else (SHIPPED,)


@cache
def _environment(own: Path | None) -> Environment:
    folders = [own, SHIPPED] if own else [SHIPPED]
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # A restart takes changes in: what was checked is what is sent.
        auto_reload=False,
        cache_size=-1,
    )


def _parts(filled: str) -> tuple[str, str]:
    first, _, text = filled.partition("\n")
    text = "\n".join(line if line == "-- " else line.rstrip() for line in text.split("\n"))
    return first.removeprefix(SUBJECT).strip(), re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _strangers(folder: Path) -> Iterator[str]:
    """Files that nobody would ever read, for their name is not one of ours."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        known = [LAYOUT] if "/" not in name else [f"{v}.txt" for v in VARIANTS]
        last = path.name
        if last in known or (last.startswith("_") and last.endswith(".txt")):
            continue
        near = get_close_matches(last, known, n=1, cutoff=0)
        yield f"{path}: no message has that name. Did you mean {near[0]}?"


def _mistakes_in(environment: Environment, name: str) -> Iterator[str]:
    """What is wrong with a file by itself: its syntax, and names that do not exist."""
    try:
        source, path, _ = environment.loader.get_source(environment, name)
        environment.get_template(name)
    except TemplateSyntaxError as error:
        where = error.filename or name
        yield f"{where}, line {error.lineno}: {error.message}"
        return
    except UnicodeDecodeError:
        yield f"{name}: is not UTF-8."
        return
    if name == LAYOUT:
        return
    tree = environment.parse(source)
    for unknown in sorted(meta.find_undeclared_variables(tree) - set(SAMPLE)):
        line = min(n.lineno for n in tree.find_all(nodes.Name) if n.name == unknown)
        yield f"{path}, line {line}: there is no {{{{ {unknown} }}}}."


def _mistakes_filled(environment: Environment, name: str) -> Iterator[str]:
    """What is wrong with a message once it is filled in."""
    for values in (dict(SAMPLE), {**SAMPLE, **_MAY_BE_EMPTY}):
        try:
            made = environment.get_template(name)
            filled = made.render(values)
        except TemplateNotFound as error:
            yield f"{name}: there is no file {error.name}."
            return
        except MISTAKES as error:
            yield _where(error)
            return
        if not filled.startswith(SUBJECT) or not _parts(filled)[0]:
            yield f"{made.filename}, line 1: must be “{SUBJECT}” and what the mail is about."
        if str(SAMPLE["link"]) not in filled:
            yield f"{made.filename}: {{{{ link }}}} is missing; the seller could not renew."


def _mistakes_in_layout(environment: Environment) -> Iterator[str]:
    kinds = ("text", "bullets", "steps", "address")
    blocks = [{"kind": kind, "lines": ("x",), "label": "x"} for kind in kinds]
    try:
        environment.get_template(LAYOUT).render(
            subject="x", language="en", blocks=blocks, foot=blocks
        )
    except MISTAKES as error:
        yield _where(error)


def _where(error: Exception) -> str:
    """The mistake with the file and line of the template; below it the stack is Jinja's own."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.endswith((".txt", ".html"))]
    return f"{ours[-1].filename}, line {ours[-1].lineno}: {error}" if ours else str(error)
