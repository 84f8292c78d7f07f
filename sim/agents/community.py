"""A community: customers who gather around a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.market import Market


class Community(mesa.Agent):
    """A place where customers meet, such as the largest circle of ties or a segment's forum.

    Attributes
    ----------
    name : name of the community.
    members : rows of its members, (n_members,).
    """

    model: Market

    def __init__(self, market: Market, *, name: str, members: NDArray[np.int64]) -> None:
        super().__init__(market)
        self.name = name
        self.members = members

    def __len__(self) -> int:
        return len(self.members)
