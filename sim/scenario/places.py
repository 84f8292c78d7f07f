"""Where in the file each part of a document stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]


@dataclass
class Place:
    """Line and column of a value, and the places of its parts, counted from 1.

    An alias shares the place of the anchor that it repeats: that is where a mistake is mended.
    """

    line: int
    column: int
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)
    parts: dict[str | int, Place] = field(default_factory=dict)

    def find(self, path: Path, *, on_key: bool = False) -> tuple[int, int]:
        """Line and column at a path, or of the nearest written thing around it.

        What begins on a line below its name counts as standing at its name.
        """
        place, key = self, (self.line, self.column)
        for depth, part in enumerate(path):
            if part not in place.parts:
                return place.keys.get(part, key) if depth == len(path) - 1 else key
            key = place.keys.get(part, key)
            place = place.parts[part]
        return key if on_key or place.line != key[0] else (place.line, place.column)
