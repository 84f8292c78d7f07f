"""A first lesson in a notebook: run it, look at it, ask one customer, change something.

Run it from the repository: ``python -m experiments.examples.first_lesson_notebook``. It takes a few
seconds. The cells (``# %%``) open as a notebook in editors that know them; there the last line of a
cell shows itself.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim
from sim.biography import tell
from sim.results.jobs import replication_seed

if TYPE_CHECKING:
    from sim import Market, RunResult

REPLICATIONS = 6

# %% Two strategies of one firm, each in six markets that share their luck


def shout_or_listen(replications: int = REPLICATIONS, **settings: Any) -> RunResult:
    """The run; in a notebook its last line shows the answer, a table and the claims."""
    return sim.run("first_lesson", replications=replications, workers=1, overrides=settings)


# %% What came out, week by week: one line a plot


def draw(result: RunResult, folder: Path) -> list[Path]:
    """Pictures of some outcomes; in a notebook ``result.plot("units", firm="Nova")`` is enough."""
    drawn = []
    for outcome in ("units", "satisfaction", "bad_news", "customer_power"):
        file = folder / f"{outcome}.png"
        result.plot(outcome, firm="Nova").savefig(file, dpi=80)
        drawn.append(file)
    return drawn


# %% Weeks as a table, for everything that pandas can do


def last_weeks(result: RunResult, weeks: int = 13) -> Any:
    """Mean units and satisfaction of both firms in the last weeks, by strategy."""
    recent = result.firms[result.firms["week"] > result.weeks - weeks]
    return recent.groupby(["strategy", "firm"])[["units", "satisfaction"]].mean().round(3)


# %% What happened to one customer, and why


def life(result: RunResult, customer: int = 12, strategy: str = "listen") -> list[str]:
    """Her story in the first market, sentence by sentence."""
    return tell(
        result.scenario, strategy=strategy, seed=replication_seed(result.seed, 0),
        customer=customer, weeks=result.weeks,
    ).sentences()


# %% One market, stepped by hand, forked in the middle


def what_if(weeks: int = 20) -> tuple[Market, Market]:
    """Nova shouts for some weeks; then one twin begins to listen, with the same past and luck."""
    market = sim.Market("first_lesson", "shout", seed=1)
    for _ in range(weeks):
        market.step()
    twin = type(market).fork(market.checkpoint(), "listen")
    market.run_model()
    twin.run_model()
    return market, twin


# %% All of it


def main(folder: Path, replications: int = REPLICATIONS) -> RunResult:
    """Run, draw into a folder, and print; the run itself is returned."""
    result = shout_or_listen(replications)
    print([verdict.verdict for verdict in result.verdicts()])
    print([file.name for file in draw(result, folder)])
    print(last_weeks(result))
    print("\n".join(life(result)[:8]))
    shouting, listening = what_if()
    for name, market in (("went on shouting", shouting), ("listened from week 21", listening)):
        print(f"{name}: {market.outcome('satisfaction', 'Nova'):.3f} satisfaction at the end")
    return result


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
