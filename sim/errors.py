"""What can go wrong, as one clear line each; the command line shows them without a traceback."""

from __future__ import annotations


class CounterpoiseError(Exception):
    """Base of every error that is somebody's mistake rather than a defect of this library."""


class ScenarioError(CounterpoiseError):
    """A scenario, strategy or override that cannot be run."""


class RequestError(ScenarioError, ValueError):
    """A name or value given in Python that a market or a result does not have or cannot take."""


class NetworkError(CounterpoiseError):
    """A social network that cannot be built or read."""


class MechanismError(CounterpoiseError):
    """A mechanism that breaks its contract."""


class RunError(CounterpoiseError):
    """A run folder or result that cannot be written, read or replayed."""


class DataError(CounterpoiseError):
    """Data from outside that cannot be read, or that a scenario cannot be held against."""
