"""A recording small enough to be worked out by hand."""

from __future__ import annotations

import base64
import gzip
import json
from itertools import pairwise
from typing import Any


def tiny_recording(title: str) -> dict[str, Any]:
    """Three customers, two ties and four weeks, packed as recordings are."""
    weeks = [bytes([w % 2, 255, 0, 9 * w, 255, 7, 1, 2, 3, 0, 0, 1, 0, 1, 2]) for w in range(4)]
    stacked = [weeks[0]] + [
        bytes(a ^ b for a, b in zip(week, before, strict=True))
        for before, week in pairwise(weeks)
    ]
    lit = b"".join(
        count.to_bytes(4, "little") + tie for count, tie in
        [(0, b""), (1, (1).to_bytes(4, "little")), (1, (1 << 31).to_bytes(4, "little")), (0, b"")]
    )

    def text(content: bytes) -> str:
        return base64.b64encode(content).decode()

    def number(*values: int, size: int = 2) -> str:
        return text(b"".join(value.to_bytes(size, "little") for value in values))

    scene = {
        "id": "tiny", "title": title, "question": "Why?", "currency": "dollar", "weeks": 4,
        "seed": 0, "strategy": None, "strategies": [], "scenarios": [],
        "firms": [{"name": title, "offers": ["one"]}],
        "offers": [{"name": "one", "firm": title}],
        "segments": ["all"], "categories": ["c"], "communities": [],
        "shown": {"n": 3, "of": 3, "sampled": False}, "tie_bytes": 2,
        "positions": number(0, 0, 65535, 0, 30000, 65535), "ties": number(0, 1, 1, 2),
        "strong": number(0, 1, size=1), "segment": number(0, 0, 0, size=1),
        "rows": number(10, 20, 30, size=4), "events": [], "lesson": None, "limits": {},
        "levers": [{"path": "p", "firm": title, "offer": None, "label": "price",
                    "kind": "number", "low": 0, "high": 9, "step": 1, "unit": "1",
                    "doc": "A price.", "value": 3, "choices": None}],
        "outcomes": [{"name": "market_share", "label": "share", "unit": "share", "per": "firm",
                      "group": "sales", "percent": True}],
    }
    stories = {"20": {"name": "Mina", "traits": ["t"], "friends": [10], "choice": None,
                      "story": [{"week": 1, "stage": "s", "text": "early"},
                                {"week": 4, "stage": "s", "text": "late"}]}}
    return {
        "scene": scene,
        "points": {"0": {"from": 1, "values": {"market_share": [[0.1], [0.2], [0.3], [0.4]]}}},
        "state": {"week": 0}, "firms": {},
        "frames": {"n": 3, "weeks": 4, "data": text(gzip.compress(b"".join(stacked)))},
        "lit": {"data": text(gzip.compress(lit))},
        "stories": {"data": text(gzip.compress(json.dumps(stories).encode()))},
    }
