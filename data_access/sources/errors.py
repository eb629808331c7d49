"""What can go wrong with a source as a whole; single bad rows are problems, not errors."""


class SourceError(Exception):
    """The source could not be read. Nothing of this run was written, and the text says why."""


class MappingError(SourceError):
    """The mapping is wrong, or does not fit the source; the text has a sentence for each fault."""


class ReportUnwritable(SourceError):
    """The report of a reading cannot be written, and without it nothing is."""


class SourceAway(SourceError):
    """The source does not answer, is an empty file, or broke off in the middle. Trying again later
    may help."""


class SourceUnreadable(SourceError):
    """The source answers, but is not what the mapping says it is."""
