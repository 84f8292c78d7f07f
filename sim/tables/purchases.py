"""The week's purchase occasions: first as options that are weighed, then as purchases.

What customers pay this week besides, for renewed subscriptions and penalties, is listed with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from sim.tables.column import Array


@dataclass
class Purchases:
    """Purchase occasions of the week in customer order.

    Arrays are ``(n,)`` where nothing else is said. From choice on there is what was bought, from
    experience on what it was like, from response on what its buyer did.

    Attributes
    ----------
    starts : where each block of customers begins, (n_blocks + 1,).
    customer : row of the customer.
    offer : row of the offer; -1: she bought nothing on this occasion.
    serial : number of the occasion in her week.
    price_cents : what she pays on this occasion, in hundredths of a currency unit.
    expected : experience that she expects, what she foresees included; 1 is the best quality.
    experienced : experience that she had, on the same scale; luck may take it out of 0 to 1.
    satisfaction : what she feels about it, 0 to 1.
    met_defect : 1 where she met the offer's defect.
    response : what she did after a disappointment, a code of ``Response``.
    lacking : row of the attribute that a disappointed buyer found lacking, else -1.
    foreseen : part of ``expected`` that she sees beforehand, beyond her general expectation.
    service : experience that families add by ``Mechanism.serve``.
    charged_customer, charged_offer, charged_cents : whom renewed subscriptions and penalties are
        charged, for what, and how much, (n_charges,), in the order of blocks.
    pages : the memory of all but ``customer``, columns of one type a matrix.
    """

    starts: NDArray[np.int64]
    customer: NDArray[np.int32]
    offer: NDArray[np.int16]
    serial: NDArray[np.uint8]
    price_cents: NDArray[np.int64]
    expected: NDArray[np.float32]
    experienced: NDArray[np.float32]
    satisfaction: NDArray[np.float32]
    met_defect: NDArray[np.uint8]
    response: NDArray[np.uint8]
    lacking: NDArray[np.int16]
    foreseen: NDArray[np.float32]
    service: NDArray[np.float32]
    charged_customer: NDArray[np.int32]
    charged_offer: NDArray[np.int16]
    charged_cents: NDArray[np.int64]
    pages: tuple[Array, ...] = field(default=(), init=False, repr=False)

    @classmethod
    def none(cls, n_blocks: int) -> Purchases:
        """No purchase at all."""
        return cls.allocate(np.zeros(n_blocks + 1, dtype=np.int64))

    @classmethod
    def allocate(cls, starts: NDArray[np.int64], *, blank: bool = True) -> Purchases:
        """Room for as many occasions as ``starts`` says, and nothing charged besides.

        Parameters
        ----------
        blank
            Whether all arrays say that nothing happened. Otherwise whoever lists the occasions
            leaves that to ``clear``, block by block, when memory is at hand anyway.
        """
        n = int(starts[-1])
        # Columns of one type lie side by side: a dozen pieces of memory a week cost more.
        amounts = np.empty((5, n), dtype=np.float32)
        marks = np.empty((3, n), dtype=np.uint8)
        codes = np.empty((2, n), dtype=np.int16)
        customer, cents = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int64)
        pages = amounts, marks, codes, cents
        if blank:
            for page in (*pages, customer):
                page.fill(0)
            codes.fill(-1)
        expected, experienced, satisfaction, foreseen, service = amounts
        (serial, met_defect, response), (offer, lacking) = marks, codes
        made = cls(
            starts=starts, customer=customer, offer=offer, serial=serial, price_cents=cents,
            expected=expected, experienced=experienced, satisfaction=satisfaction,
            met_defect=met_defect, response=response, lacking=lacking, foreseen=foreseen,
            service=service, charged_customer=customer[:0], charged_offer=offer[:0],
            charged_cents=cents[:0],
        )
        made.pages = pages
        return made

    @property
    def n(self) -> int:
        """Number of occasions."""
        return len(self.customer)

    def __repr__(self) -> str:
        bought, charged = np.count_nonzero(self.offer >= 0), len(self.charged_customer)
        return f"<Purchases: occasions {self.n:,}, bought {bought:,}, charged besides {charged:,}>"

    def payments(self) -> tuple[Array, Array, Array]:
        """Customer, offer and cents of all payments, those for purchases first, (n_payments,)."""
        sold = np.flatnonzero(self.offer >= 0)
        return (
            np.concatenate([self.customer[sold], self.charged_customer]),
            np.concatenate([self.offer[sold], self.charged_offer]),
            np.concatenate([self.price_cents[sold], self.charged_cents]),
        )

    def state(self) -> dict[str, Array]:
        """A copy of every array."""
        names = [field.name for field in fields(self) if field.init]
        return {name: getattr(self, name).copy() for name in names}


@dataclass
class Options:
    """The week's purchase occasions against all offers, while families add their terms.

    Arrays are ``(n,)`` in the order of ``Purchases``, matrices ``(n, n_offers)``; cells of offers
    in another category than the occasion's never count.

    Attributes
    ----------
    starts : where each block of customers begins, (n_blocks + 1,).
    customer : row of the customer.
    serial : number of the occasion in her week.
    category : category of the occasion.
    utility : terms added to utility; minus infinity: the offer cannot be had.
    foreseen : experience that the customer sees beforehand beyond her expectation, 0 to 1.
    discount_cents : taken off the price that she pays.
    """

    starts: NDArray[np.int64]
    customer: NDArray[np.int32]
    serial: NDArray[np.uint8]
    category: NDArray[np.int32]
    utility: NDArray[np.float32]
    foreseen: NDArray[np.float32]
    discount_cents: NDArray[np.int32]

    def __repr__(self) -> str:
        n, n_offers = self.utility.shape
        return f"<Options: occasions {n:,}, offers {n_offers}>"

    @classmethod
    def allocate(cls, purchases: Purchases, n_offers: int) -> Options:
        """Options of the occasions that ``purchases`` has room for, no term added yet."""
        n = purchases.n
        utility, foreseen = np.zeros((2, n, n_offers), dtype=np.float32)
        return cls(
            starts=purchases.starts, customer=purchases.customer, serial=purchases.serial,
            category=np.empty(n, dtype=np.int32), utility=utility, foreseen=foreseen,
            discount_cents=np.zeros((n, n_offers), dtype=np.int32),
        )
