"""mesa-frames with polars: an agent set is a data frame, a week a few whole-frame expressions.

The frame is replaced through `with_columns`, because the package's own `set` joins the whole
frame at every call. Talk is a filter of the frame of ties, gathers, one aggregation by hearer and
one left join. Several messages to one customer are applied in order, by weighting each with 0.9
to the number of later ones about the same brand. Purchases are computed for all customers and
kept for the buyers, which spares a second join.

Caveats: polars runs expressions on as many threads as the machine has cores, whatever `threads`
says; set POLARS_MAX_THREADS before the start to hold it to one. mesa-frames is an alpha release
and needs NumPy 1.26.
"""

from time import perf_counter

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

BRANDS = (0, 1, 2)
PRICES = (1.0, 1.1, 0.9)
QUALITIES = (0.6, 0.7, 0.5)


def by_brand(brand: str, values: list[pl.Expr]) -> pl.Expr:
    """Return for each row the value that belongs to the brand in column `brand`, else null."""
    chain = pl.when(pl.col(brand) == 0).then(values[0])
    return chain.when(pl.col(brand) == 1).then(values[1]).when(pl.col(brand) == 2).then(values[2])


class Customers(AgentSetPolars):  # type: ignore[misc, unused-ignore]
    """Columns: brand (null while none is held), and for each brand satisfaction_b and aware_b."""

    def __init__(
        self, model: ModelDF, indptr: np.ndarray, indices: np.ndarray, rng: np.random.Generator
    ) -> None:
        super().__init__(model)
        self.rng = rng
        n_customers = indptr.size - 1
        hearers = np.repeat(np.arange(n_customers, dtype=np.int64), np.diff(indptr))
        self.ties = pl.DataFrame({"hearer": hearers, "talker": indices})
        n_seeded = max(1, n_customers // 100)
        brand = np.full(n_customers, -1, dtype=np.int8)
        brand[rng.permutation(n_customers)[: 3 * n_seeded]] = np.repeat(np.arange(3), n_seeded)
        columns = {"unique_id": np.arange(n_customers), "brand": brand}
        columns |= {f"satisfaction_{b}": np.full(n_customers, 0.5, np.float32) for b in BRANDS}
        columns |= {f"aware_{b}": brand == b for b in BRANDS}
        self.add(pl.DataFrame(columns).with_columns(pl.col("brand").replace(-1, None)))

    def step(self) -> None:
        """One week: talk, discovery, purchase."""
        self.talk()
        self.discover()
        self.buy()

    def talk(self) -> None:
        """Let holders talk along a tenth of the ties, with what they thought as the week began."""
        satisfaction = [pl.col(f"satisfaction_{b}") for b in BRANDS]
        said = self.agents.select("brand", message=by_brand("brand", satisfaction))
        drawn = pl.Series(self.rng.random(self.ties.height, dtype=np.float32) < 0.1)
        contacts = self.ties.filter(drawn)
        messages = said[contacts["talker"]].with_columns(contacts["hearer"]).drop_nulls()
        cell = 3 * pl.col("hearer") + pl.col("brand")
        row = pl.int_range(pl.len())
        last = (
            pl.when(pl.col("cell") != pl.col("cell").shift(-1))
            .then(row)
            .fill_null(strategy="backward")
        )
        messages = (
            messages.with_columns(cell=cell)
            .sort("cell", maintain_order=True)
            .with_columns(n_later=last.fill_null(pl.len() - 1) - row)
            .with_columns(weight=(0.1 * pl.lit(0.9) ** pl.col("n_later")).cast(pl.Float32))
        )
        weights = [pl.col("weight") * (pl.col("brand") == b) for b in BRANDS]
        heard = messages.group_by("hearer").agg(
            *(weights[b].sum().alias(f"weight_{b}") for b in BRANDS),
            *((weights[b] * pl.col("message")).sum().alias(f"pull_{b}") for b in BRANDS),
        )
        joined = self.agents.join(
            heard, left_on="unique_id", right_on="hearer", how="left", maintain_order="left"
        )
        changes = []
        for b in BRANDS:
            weight, pull = pl.col(f"weight_{b}").fill_null(0), pl.col(f"pull_{b}").fill_null(0)
            changes.append((satisfaction[b] * (1 - weight) + pull).alias(f"satisfaction_{b}"))
            changes.append(pl.col(f"aware_{b}") | (weight > 0))
        self.agents = joined.with_columns(changes).select(self.agents.columns)

    def discover(self) -> None:
        """Let each customer become aware of each brand with probability 0.01."""
        self.agents = self.agents.with_columns(
            pl.col(f"aware_{b}") | pl.Series(self.rng.random(len(self), dtype=np.float32) < 0.01)
            for b in BRANDS
        )

    def buy(self) -> None:
        """Let a fifth of the customers choose by the multinomial logit and learn from it."""
        draws = self.rng.random((3, len(self)), dtype=np.float32)
        noise = self.rng.standard_normal(len(self), dtype=np.float32)
        knows = pl.any_horizontal(f"aware_{b}" for b in BRANDS)
        satisfaction = [pl.col(f"satisfaction_{b}") for b in BRANDS]
        loyal = [(pl.col("brand") == b).fill_null(False) for b in BRANDS]
        weight = [
            pl.when(f"aware_{b}")
            .then((4 * satisfaction[b] + loyal[b] - PRICES[b]).exp())
            .otherwise(0)
            for b in BRANDS
        ]
        first, second = weight[0], weight[0] + weight[1]
        point = pl.Series(1 - draws[0]) * (second + weight[2])
        chosen = (point > first).cast(pl.Int8) + (point > second).cast(pl.Int8)
        bought = pl.when(knows & pl.Series(draws[1] < 0.2)).then(chosen).alias("bought")
        table = self.agents.with_columns(bought)
        changes = [pl.coalesce("bought", "brand").alias("brand")]
        for b in BRANDS:
            experience = QUALITIES[b] + 0.1 * pl.Series(noise)
            moved = satisfaction[b] + 0.3 * (experience - satisfaction[b])
            changes.append(pl.when(pl.col("bought") == b).then(moved).otherwise(satisfaction[b]))
            changes[-1] = changes[-1].alias(f"satisfaction_{b}")
        self.agents = table.with_columns(changes).drop("bought")


class Market(ModelDF):  # type: ignore[misc, unused-ignore]
    """All customers, in one agent set."""

    def __init__(self, indptr: np.ndarray, indices: np.ndarray, seed: int) -> None:
        super().__init__(seed)
        self.agents += Customers(self, indptr, indices, self.random)


def run(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int = 1
) -> tuple[float, np.ndarray]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    market = Market(indptr, indices, seed)
    customers = market.get_agents_of_type(Customers)
    start = perf_counter()
    for _ in range(weeks):
        market.step()
    seconds = perf_counter() - start
    counts = np.bincount(customers.agents["brand"].drop_nulls().to_numpy(), minlength=3)
    return seconds, counts / counts.sum()
