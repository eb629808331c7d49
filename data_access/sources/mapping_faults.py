"""A sentence for each fault of a mapping, with what was probably meant."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """What is wrong with a mapping, one sentence each."""
    return list(dict.fromkeys(_sentence(fault, model) for fault in error.errors()))


def unknown_columns(missing: Sequence[str], present: Sequence[str]) -> list[str]:
    """A sentence for each column that the mapping names and the source does not have."""
    return [
        f"The mapping names the column “{column}”, which the source does not have."
        + (suggested(column, present) or f" It has: {', '.join(present)}.")
        for column in missing
    ]


def suggested(word: str, among: Iterable[str]) -> str:
    """ " Did you mean …?" where something similar exists, else nothing."""
    by_folded = {each.casefold(): each for each in among}
    near = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f" Did you mean “{by_folded[near[0]]}”?" if near else ""


def _sentence(fault: Any, model: type[BaseModel]) -> str:
    place = [str(part) for part in fault["loc"] if _is_key(part)]
    where = ".".join(place) or "The mapping"
    if fault["type"] == "extra_forbidden":
        keys = _keys(model, place[:-1])
        section = f"[{'.'.join(place[:-1])}]" if place[:-1] else "the top of the mapping"
        hint = suggested(place[-1], keys) or f" Known are: {', '.join(keys)}."
        return f"{section} knows no key “{place[-1]}”.{hint}"
    if fault["type"] == "missing":
        return f"{where} is missing."
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] != "value_error":
        return f"{where}: {message}."
    return f"{where} {message}."


def _is_key(part: object) -> bool:
    # The branch of a union is no key of the file.
    return not (isinstance(part, str) and ("[" in part or part in ("float", "str", "int", "bool")))


def _keys(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    for part in place:
        field = next(
            (f for n, f in model.model_fields.items() if part in (n, f.alias)),
            None,
        )
        inner = _model_in(field.annotation) if field else None
        if inner is not None:
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
