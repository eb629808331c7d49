"""Settings of how long personal data is kept, and of the key that remembers who was erased."""

from pydantic import BaseModel, Field

from data_access import settings_checks as checks
from data_access.settings_checks import LONGEST_DAYS


class PrivacySettings(BaseModel):
    """What an installation decides about the data of its sellers and its own people."""

    erasure_key: checks.LinkKey = Field(
        None,
        description="Recognises sellers who were erased, so that their source does not bring them "
        "back; 32 characters or more, never to be changed. Made at first start if unset",
    )
    keep_notes_days: int = Field(
        730, ge=1, le=LONGEST_DAYS, description="How long notes and the reasons of snoozes are kept"
    )
    keep_messages_days: int = Field(
        365,
        ge=1,
        le=LONGEST_DAYS,
        description="How long the recipient and the text of a message are kept after it was sent "
        "or given up; that it was sent, and when, stays",
    )
    keep_consents_days: int = Field(
        30,
        ge=1,
        le=LONGEST_DAYS,
        description="How long begun consents are kept after they were used or ran out",
    )
    keep_sessions_days: int = Field(
        30, ge=1, le=LONGEST_DAYS, description="How long login sessions are kept after their end"
    )
    keep_problems_days: int = Field(
        90,
        ge=1,
        le=LONGEST_DAYS,
        description="How long the values that a reading found odd are kept where its source is "
        "not read again",
    )
    keep_values_days: int = Field(
        365,
        ge=1,
        le=LONGEST_DAYS,
        description="How long the history says what a changed value was before and after; that "
        "it changed stays, and so do the dates of grants",
    )
