"""Settings of the workload forecast and of the calendar feeds."""

from pydantic import BaseModel, Field

from data_access import settings_checks as checks


class WorkloadSettings(BaseModel):
    """What the team assumes of its work, and how calendars are filled."""

    workload_effort: checks.EffortValues = Field(
        {},
        description="What the workload is estimated with, as JSON: "
        '{"needing_help": 0.25, "minutes_each": 12}; the names of rules.workload.Effort',
    )
    smoothing_weeks: int = Field(
        8,
        ge=1,
        le=26,
        description="How many weeks early an account may be renewed to even out the workload",
    )
    calendar_days: int = Field(
        60, ge=1, le=365, description="How many days ahead a calendar feed reaches"
    )
    calendar_entries: int = Field(
        500,
        ge=1,
        le=5_000,
        description="The most accounts that a calendar feed names; if there are more, it has one "
        "entry a day with their number",
    )
