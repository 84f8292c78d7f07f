"""Numbers that stand for words in columns."""

from __future__ import annotations


class Tariff:
    """How the use of an offer is paid for."""

    PER_USE, SUBSCRIPTION, FREE = range(3)


class DefectKnowledge:
    """How a customer knows of the defect of an offer, if she does."""

    NONE, MET, HEARD, TOLD_BY_FIRM = range(4)


class Trigger:
    """What made a customer aware of an offer first."""

    NONE, ADVERTISING, FRIEND, SALES, START, COMMUNITY, SEARCH, CROSS_SELLING = range(8)


class Response:
    """What a customer does after a disappointing experience; PEER: a complaint peers solved."""

    NONE, SILENCE, VOICE, EXIT, TELL, PEER = range(6)
