"""What a reading proposes where something is odd: every sentence, as it is kept in English.

A screen tells them in its reader's language: data_access.texts.retold knows a sentence again.
"""

PROPOSALS = {
    "add_format": "Add “{form}” to the formats if that is what it means.",
    "ask_for_address": "Ask the seller for an address; without one no reminder reaches them.",
    "check_clock": "Check the clock and the zone of the source.",
    "check_encoding": "Check `encoding` in the mapping.",
    "close_quote": "Perhaps a quote is opened and not closed, so that lines run together; within "
    "quotes a quote is written twice.",
    "complete_row": "Complete the row; perhaps a line break stands inside a cell without quotes.",
    "correct_region": "{marketplaces} belong to {region}; correct the region or the marketplaces.",
    "could_be": "It could be {forms}; write it like {example}.",
    "default_marketplace": "Name a default for marketplaces in the mapping.",
    "delete_one": "Delete one of the two.",
    "delete_row": "Delete this row if {place} is right; that one was taken.",
    "divide": "A share; divide_by = 100?",
    "enter_name": "Enter the name of customer {number}.",
    "expiry_minus": "Expiry minus 365 days would be {day}.",
    "grant_plus": "Grant plus 365 days would be {day}.",
    "id_looks_like": "It is letters and digits, as A1B2C3D4E5F6G7.",
    "known_marketplaces": "Amazon's are {marketplaces}; translate others in the mapping.",
    "look_up_id": "Look it up in Seller Central under Account Info, Your Merchant Token.",
    "meant_marketplace": "Did you mean {marketplace}?",
    "name_flag": "Name the word under true or false in the mapping.",
    "not_negative": "It should be 0 or more.",
    "one_name": "If both are one and the same, give the two mappings one name; else drop one of "
    "the rows.",
    "one_of_several": "It is that of {marketplaces}; name the marketplace itself. If all rows mean "
    "one, translate it under fields.marketplaces.values.",
    "one_row_per": 'Say one_row_per = "marketplace" if the source is made so.',
    "quote_cells": "Put cells that hold the delimiter into quotes.",
    "restore_customer": "Restore the customer, or delete the authorization if it is nobody's.",
    "rows_of_their_own": "Give each region, and in the Far East each country, a row of its own.",
    "say_zone": 'Say zone = "Europe/Berlin" under fields.{name}, or for all.',
    "shorten_name": "Shorten the seller's name.",
    "translate_values": "Translate it under fields.{name}.values.",
    "write_language": "Write it like de or pt-BR.",
    "write_like": "Write it like {example}.",
}
"""In braces what belongs to the row."""

LINE = "line {n}"
"""The place of a row of a file."""

_ROWS = ("{account}, granted {at}; see {place}", "never", LINE)

VALUES = {
    "too_few_columns": ("{n} of {wanted}",),
    "too_many_columns": ("{n} of {wanted}",),
    "broken_row": (
        "unexpected end of data",
        "'{delimiter}' expected after '{quote}'",
        "field larger than field limit ({n})",
    ),
    "duplicate_row": _ROWS,
    "same_authorization": _ROWS,
    "contradicting_row": _ROWS,
    "held_by_other_source": ("{account} of {source}",),
}
"""What stands for a value where no cell of the source is odd by itself: by the reason the sentence,
and what may stand in it; of a row that is no CSV those of Python's reader."""


def proposal(which: str, /, **values: object) -> str:
    """One of PROPOSALS about a row."""
    return PROPOSALS[which].format(**values)


def own_value(reason: str, /, **values: object) -> str:
    """What stands for a value of that reason, the first of its VALUES."""
    return VALUES[reason][0].format(**values)
