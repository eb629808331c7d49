"""What the desk writes about itself: one line an event, JSON unless somebody is looking on.

Secrets are taken out by construction, at the last step before a line is written, whoever wrote it:
fields by their name, and everywhere in a text what has the shape of one of our tokens, of Amazon's,
of an e-mail address, or of what was searched for. The server's own lines and those of libraries
take the same way.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

HIDDEN = "…"

_SECRET_NAME = re.compile(
    r"(?i)(token|secret|passw|cookie|authorization\b|^code$|^state$|_code$|_state$|_key$|^key$|"
    r"api_?key|recipient|email)"
)
_COUNTS = re.compile(r"(?i)_(count|id|age|days|seconds)$")
_ADDRESS = re.compile(
    r"(/renew/|/renewed/|/unsubscribe/|/calendar/|/lapse-report/|/(?:audit-)?export/)[^\s/?\"']+"
    r"|(/amazon/\w+|/metrics|/oauth2callback|/auth/login|/unsubscribe)\?[^\s\"']*"
)
_SHAPES = (
    # Amazon: refresh and access tokens, client secrets, with the bar as it is and encoded.
    re.compile(r"(?i)\bAtz[ra](?:\||%7C)[^\s\"'&]+"),
    re.compile(r"\bamzn1\.oa2-cs\.[^\s\"'&]+"),
    # Ours: signed links and JSON web tokens; Fernet; Standard Webhooks; random ones of 32 bytes.
    re.compile(r"\b(?:ey|eJ|W)[\w-]{10,}(?:\.[\w-]{5,})?\.[\w-]{20,}"),
    re.compile(r"\bgAAAA[\w-]{20,}=*"),
    re.compile(r"\bwhsec_[\w+/=-]+"),
    re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{43}(?![\w-])"),
    re.compile(r"(?i)((?:Bearer|Basic)\s)[\w.~+/=|-]{6,}"),
    re.compile(r"(?i)([?&\s]\w*(?:token|secret|code|state|password|key|nonce)=)[^\s&\"']+"),
    # Whom somebody looked for, and the seller at whom a page of a list begins.
    re.compile(r"([?&](?:q|page)=)[^\s\"&]+"),
    # The password of a database's address.
    re.compile(r"(://[^\s:/@]+:)[^\s@/]+(?=@)"),
    re.compile(r"[\w.+-]+(?=@[\w-]+\.[\w.-]+)"),
)
_TALKATIVE = ("alembic", "httpx")
"""What these say of each step of theirs is of use to nobody who looks after the desk."""

_FOREIGN = ("uvicorn", "uvicorn.access", "uvicorn.error", "httpx", "apscheduler")


def scrubbed(text: str) -> str:
    """A text without what looks like a secret."""
    text = _ADDRESS.sub(lambda f: f"{f[1]}{HIDDEN}" if f[1] else f"{f[2]}?{HIDDEN}", text)
    for shape in _SHAPES:
        text = shape.sub(lambda found: f"{found[1] if found.re.groups else ''}{HIDDEN}", text)
    return text


def without_secrets(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """The last processor before the line is made: nothing secret passes it."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object) -> object:
    if _SECRET_NAME.search(name) and not _COUNTS.search(name) and isinstance(value, str | bytes):
        return HIDDEN
    if isinstance(value, dict):
        return {str(key): _clean(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(name, each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrubbed(str(value))


def configure_logs(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Makes everything that is logged in this process take the way through here.

    stream: standard error unless said otherwise; JSON where it is no terminal
    """
    stream = stream or sys.stderr
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    looks_on = stream.isatty()
    said = structlog.dev.ConsoleRenderer() if looks_on else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *before],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                without_secrets,
                said,
            ],
        )
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # Not the attribute: loggers remember what they may say until this is called.
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _FOREIGN:
        _through_here(logging.getLogger(name))
    _streamlit_through_here()


def _through_here(logger: logging.Logger) -> None:
    """Handlers of its own would write the same line once more, past the filter."""
    logger.handlers = []
    logger.propagate = True


def _streamlit_through_here() -> None:
    """Streamlit gives each logger that it makes a handler, today and whenever it makes another."""
    # A command that serves nothing does without Streamlit, whose loading takes longer than it does.
    its = sys.modules.get("streamlit.logger")
    if its is not None:
        its.setup_formatter = _through_here
        for logger in its._loggers.values():
            _through_here(logger)
