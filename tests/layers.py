"""The layers of ``sim/``, from the bottom up: who may know of whom."""

LAYERS = (
    ("tools", (
        "compile", "discovery", "errors", "estimators", "files", "garbage", "instructions",
        "listing", "memory", "parameters", "streams", "whole_numbers", "wording", "worker",
    )),
    ("what a market is made of", ("network", "schedule", "spinning", "tables", "team")),
    ("how it behaves and what is seen of it", ("mechanisms", "observers", "policies")),
    ("scenario files", ("scenario",)),
    ("the market", (
        "agents", "asking", "assortment", "biography", "checkpoint", "contract", "events", "levers",
        "market", "population", "recorder",
    )),
    ("runs and what they say", ("results",)),
    ("data and reports of runs", ("export", "report")),
    ("many runs", (
        "calibration", "decisions", "experiment", "optimization", "sensitivity", "tournament",
    )),
    ("evidence", ("laws", "replications")),
    ("the page", ("studio",)),
    ("the command line", ("terminal", "commands", "cli", "__main__")),
)

SHOWN_BY_REPORTS = {
    ("sim.results.run", "sim.report.notebook"),
    ("sim.results.store", "sim.report.html"),
}
"""The only calls upward, made when they are needed: a result shows itself, and is kept with its
report."""
