"""Other people's token databases: read through a TOML mapping, checked row by row, kept up with.

`read_source` is the way in; `examples/commented.toml` explains the mapping.
"""

from data_access.sources.errors import MappingError, SourceAway, SourceError, SourceUnreadable
from data_access.sources.mapping import Mapping, mapping_from, read_mapping
from data_access.sources.problems import REASONS, Problem
from data_access.sources.report import writer
from data_access.sources.run_facts import Counts, Result
from data_access.sources.runs import read_source

__all__ = [
    "REASONS",
    "Counts",
    "Mapping",
    "MappingError",
    "Problem",
    "Result",
    "SourceAway",
    "SourceError",
    "SourceUnreadable",
    "mapping_from",
    "read_mapping",
    "read_source",
    "writer",
]
