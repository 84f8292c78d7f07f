"""The contract of a policy: from what a firm can see to the levers it sets."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.discovery import enter, import_all
from sim.parameters import Declared, in_words

REGISTRY: dict[str, type[Policy]] = {}


@dataclass(frozen=True)
class Page:
    """The public page of a community.

    Attributes
    ----------
    member_share : members among all customers, 0 to 1.
    ratings : pooled rating, 0 to 1, of each offer on sale that members wrote of.
    """

    member_share: float
    ratings: dict[str, float]


@dataclass(frozen=True)
class Observation:
    """What a firm can see: its own books and sensing, and what anybody sees on the market.

    Money is in currency units, books are those of last week.

    Attributes
    ----------
    believed_satisfaction : share of its customers that it believes satisfied; not a number before
        it sensed.
    believed_needs : weight of each attribute of ``attributes``, (n_attributes,).
    levers : own levers as they are now.
    own_prices, own_unit_costs, own_advertising : by own offer; a unit that a supplier delivers
        costs its wholesale price.
    own_quality : released quality by attribute, mean over own offers that can have it.
    rival_prices : by offer of a rival, once it is on sale.
    rival_quality : the same offers' released quality by attribute: anybody can buy one and look.
    category_of : category of each own offer and of each offer of a rival on sale.
    communities : public pages; empty where the policy does not look (``Policy.sees_communities``).
    tariff_of : how each of these offers is paid: ``per use``, ``every 4 weeks`` or ``free``.
    luck_seed : seed of ``luck``, of this firm in this week.
    """

    week: int
    n_customers: int
    revenue: float
    profit: float
    cash: float
    units_sold: int
    n_complaints: int
    n_waiting: int
    believed_satisfaction: float
    believed_needs: NDArray[np.float32]
    attributes: tuple[str, ...]
    levers: dict[str, float]
    own_prices: dict[str, float]
    own_unit_costs: dict[str, float]
    own_advertising: dict[str, float]
    own_quality: dict[str, float]
    rival_prices: dict[str, float]
    rival_quality: dict[str, dict[str, float]]
    category_of: dict[str, str]
    communities: dict[str, Page]
    tariff_of: dict[str, str] = field(default_factory=dict)
    luck_seed: int = 0

    def luck(self) -> np.random.Generator:
        """Random numbers for a policy that tries things out, begun anew by each call.

        They belong to the firm and the week: the same straight and from a checkpoint, on any worker
        and under every strategy; other replications have others. A generator of a policy's own
        would be neither.
        """
        return np.random.default_rng(self.luck_seed)

    def rivals_of(self, offer: str) -> list[str]:
        """Offers of rivals whose prices compare to an own one's: of its category, paid as it is."""
        known = self.category_of[offer], self.tariff_of.get(offer)
        return [
            rival for rival in self.rival_prices
            if (self.category_of[rival], self.tariff_of.get(rival)) == known
        ]


@dataclass(frozen=True)
class Decision:
    """New values of levers; what is left out stays as it is.

    Attributes
    ----------
    levers : levers of the firm.
    prices, advertising : by own offer.
    offers : other levers of own offers, such as ``{"Treo": {"personalization": 0.5}}``; those with
        parts of their own (``channels``, ``defect``) are for scenarios and events only.
    development_focus : attributes that development works on this week, by weight, instead of what
        the firm believes that customers need; empty: it follows beliefs.
    """

    levers: dict[str, float] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    advertising: dict[str, float] = field(default_factory=dict)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    development_focus: dict[str, float] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> Decision:
        """Leave every lever as it is."""
        return cls()


class Policy:
    """How a firm decides its levers at the start of a week.

    Class attributes
    ----------------
    Parameters : its declared parameters; a scenario sets them beside the policy's name.
    sees_communities : False spares a policy that never looks the count of members.
    """

    class Parameters(Declared):
        """No parameters."""

    name: ClassVar[str]
    sees_communities: ClassVar[bool] = True

    def __init__(self, parameters: Declared | None = None) -> None:
        self.parameters: Any = parameters if parameters is not None else self.Parameters()

    def __repr__(self) -> str:
        name = getattr(self, "name", type(self).__name__)
        return f"<Policy {name}{in_words(self.parameters)}>"

    def decide(self, observation: Observation) -> Decision:
        """The levers that the firm changes this week."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """What it remembers, for a checkpoint: all that it set on itself but its parameters."""
        return {k: copy.deepcopy(v) for k, v in vars(self).items() if k != "parameters"}

    def restore(self, state: dict[str, Any]) -> None:
        """Remember what a checkpoint kept."""
        vars(self).update(copy.deepcopy(state))


P = TypeVar("P", bound=Policy)


def policy(cls: type[P]) -> type[P]:
    """Register a policy of the program under its file's name."""
    package, _, name = cls.__module__.rpartition(".")
    cls.name = name
    if package == __package__:  # a policy of somebody's own is named by module and class
        enter(REGISTRY, name, cls)
    return cls


def policies() -> dict[str, type[Policy]]:
    """Every registered policy by name; imports the policy files at the first call."""
    import_all("sim.policies")
    return REGISTRY
