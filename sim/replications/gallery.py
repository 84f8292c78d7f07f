"""The gallery: one page with tables and figures of the replications that were carried out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from sim import __version__
from sim.files import write_whole
from sim.replications.base import Finding, Replicated, replications
from sim.replications.figure import chart
from sim.report.page import Page, Section, Table, render_page

TIERS = {1: "closed form", 2: "published figures or real data", 3: "order of effects"}
HEADINGS = ("Quantity", "Published", "Reproduced", "Tolerance", "Verdict")


def write_gallery(path: Path, found: Mapping[str, Replicated], *, seed: int) -> None:
    """Write the page; a file of that name is replaced once the new one is whole."""
    write_whole(path, render_page(gallery(found, seed=seed)))


def gallery(found: Mapping[str, Replicated], *, seed: int) -> Page:
    """The page of these replications, by id."""
    findings = [finding for one in found.values() for finding in one.findings]
    good = sum(finding.good for finding in findings)
    return Page(
        title="Known results, reproduced",
        question="Does the engine reproduce what is known before it claims what is new?",
        answer=(
            f"{good:,} of {len(findings):,} numbers in {len(found):,} replications are as they "
            "must be: within tolerance of what was published, or departing where a premise of the "
            "law was broken on purpose."
        ),
        status="shown" if good == len(findings) else "refuted",
        sections=[_section(name, one) for name, one in found.items()],
        facts={
            "Engine": f"counterpoise {__version__}", "Seed": str(seed),
            "Run again": f"counterpoise replicate {' '.join(found)} --seed {seed}",
        },
    )


def _section(name: str, one: Replicated) -> Section:
    declared = replications()[name]
    world = declared.world.document
    return Section(
        title=f"{declared.target} · {declared.title}",
        id=name,
        text=(world.represents, f"Source: {declared.source} ({TIERS[declared.tier]})."),
        table=Table(
            HEADINGS, [row(finding) for finding in one.findings], numbers=(1, 2, 3),
            marks=["shown" if finding.good else "refuted" for finding in one.findings],
        ),
        charts=[chart(f"{name}-{number}", plot) for number, plot in enumerate(one.plots)],
        notes=one.remarks,
        wide=True,
    )


def row(finding: Finding) -> tuple[str, str, str, str, str]:
    """A finding as the cells of a table."""
    places = decimals(finding)

    def text(value: float) -> str:
        return f"{value:,.{places}f}" if math.isfinite(value) else "no value"

    tolerance = f"{finding.limit:.2g}" if finding.limit else "exact"
    if finding.limit > finding.tolerance:
        tolerance += " (3 s.e.)"
    return (
        finding.what, text(finding.published), text(finding.reproduced), f"±{tolerance}"
        if finding.limit else tolerance, finding.verdict,
    )


def decimals(finding: Finding) -> int:
    """Decimals that show a difference of a tenth of what is tolerated."""
    if finding.limit <= 0 or not math.isfinite(finding.limit):
        return 4
    return int(min(max(1 - math.floor(math.log10(finding.limit)), 0), 6))
