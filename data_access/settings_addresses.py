"""What a setting that is a web address may be. Like those of settings_checks, every check raises
ValueError with the rest of a sentence."""

from typing import Annotated

from pydantic import AfterValidator, HttpUrl, TypeAdapter, ValidationError

THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")

_ADDRESS = TypeAdapter(HttpUrl)


def read_address(value: str) -> HttpUrl:
    """A web address in its parts. ValueError, with the rest of a sentence, where it is none."""
    try:
        return _ADDRESS.validate_python(value)
    except ValidationError:
        raise ValueError("is no address, as https://desk.example is one") from None


def _is_safe(url: HttpUrl) -> bool:
    return url.scheme == "https" or url.host in THIS_MACHINE


def _safe_address(value: str) -> str:
    url = read_address(value)
    if not _is_safe(url):
        raise ValueError("must begin with https:// (http only on this machine)")
    # As browsers say it: small letters, and no port where it is the usual one.
    return str(url).rstrip("/")


def _a_whole_site(value: str) -> str:
    """Our pages name each other by paths from the root."""
    url = read_address(value)
    if url.path not in (None, "/") or url.query is not None or url.fragment or url.username:
        raise ValueError("must be a whole site without a path, as https://desk.example is one")
    return value


def _on_this_machine(value: str) -> str:
    url = read_address(value)
    if url.scheme != "http" or url.host not in THIS_MACHINE:
        raise ValueError("must be on this machine, as http://127.0.0.1:8502 is")
    return value.rstrip("/")


def nowhere_or_safe(value: str) -> str:
    """Nothing, or an address that nobody on the way there reads."""
    if value and not _is_safe(read_address(value)):
        raise ValueError("must begin with https://")
    return value


PublicUrl = Annotated[str, AfterValidator(_a_whole_site), AfterValidator(_safe_address)]
LocalUrl = Annotated[str, AfterValidator(_a_whole_site), AfterValidator(_on_this_machine)]
SafeUrl = Annotated[str, AfterValidator(nowhere_or_safe)]
