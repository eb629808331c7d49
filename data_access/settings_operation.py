"""Settings of the desk as something that runs: its metrics, and how it stops."""

from pydantic import BaseModel, Field

from data_access import settings_checks as checks


class OperationSettings(BaseModel):
    """What whoever runs the desk decides."""

    metrics_key: checks.LinkKey = Field(
        None,
        description="Opens /metrics, as Bearer token or ?key=; 32 characters or more. "
        "Without it there are none",
    )
    stop_seconds: float = Field(
        30, gt=0, le=600, description="How long a stop waits for what is under way"
    )
