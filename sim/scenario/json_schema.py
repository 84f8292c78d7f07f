"""The JSON Schema of scenario files, from the same declarations that check them.

Editors show it while a file is written. It knows names and bounds; what needs more than one place
of a file (``check.py``) it cannot say.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from sim.mechanisms.base import PACKAGE, default_variant, families
from sim.network import kinds, parameters_of
from sim.observers.base import outcomes
from sim.parameters import Declared, declaration
from sim.policies.base import policies
from sim.policies.code import CODE
from sim.scenario.mechanisms import VARIANT
from sim.scenario.policies import NAME
from sim.scenario.schema import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def json_schema() -> Schema:
    """The JSON Schema of a whole scenario file, draft 2020-12."""
    groups = _groups()
    references, combined = models_json_schema(
        [(group, "validation") for group in groups], title="Counterpoise scenario"
    )
    found = copy.deepcopy(combined["$defs"])
    names = {
        group: references[group, "validation"]["$ref"].rsplit("/", 1)[-1] for group in groups
    }
    parameters = {group: found.pop(names[group]) for group in groups if group is not Document}
    document = found.pop(names[Document])
    document["properties"]["mechanisms"]["properties"] = _mechanisms(parameters)
    _forbid_others(document["properties"]["mechanisms"])
    behavior = found["Segment"]["properties"]["behavior"]
    behavior["properties"] = _behavior(parameters)
    _forbid_others(behavior)
    found["Network"] = _network(found["Network"], parameters)
    _policy(found["Firm"]["properties"]["policy"], parameters)
    found["Claim"]["properties"]["outcome"]["enum"] = sorted(outcomes())
    schema = {"$schema": DIALECT, **document, "$defs": found}
    finish(schema)
    return schema


def write_schema(path: Path) -> None:
    """Write the JSON Schema of scenario files."""
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _groups() -> list[type[Declared]]:
    """The document and everything that it may hold but does not name in its own types."""
    variants = [cls.Parameters for family in families().values() for cls in family.values()]
    generators = [parameters_of(kind) for kind in kinds()]
    deciding = [cls.Parameters for cls in policies().values()]
    return list(dict.fromkeys([Document, *variants, *generators, *deciding]))


def _mechanisms(parameters: dict[type[Declared], Schema]) -> Schema:
    schemas: Schema = {}
    for family, variants in families().items():
        default = default_variant(family)
        choices: list[Schema] = [{"enum": list(variants)}]
        for variant, cls in variants.items():
            choice = copy.deepcopy(parameters[cls.Parameters])
            choice["title"] = variant
            choice["properties"] = {VARIANT: {"const": variant}, **choice.get("properties", {})}
            if variant != default:
                choice["required"] = [VARIANT, *choice.get("required", [])]
            choices.append(choice)
        schemas[family] = {"default": default, "description": _about(family), "anyOf": choices}
    return schemas


def _behavior(parameters: dict[type[Declared], Schema]) -> Schema:
    schemas: Schema = {}
    for family, variants in families().items():
        able: Schema = {}
        for cls in variants.values():
            for name in cls.Parameters.model_fields:
                if declaration(cls.Parameters, name).get("by_segment"):
                    able[name] = copy.deepcopy(parameters[cls.Parameters]["properties"][name])
        if able:
            schemas[family] = {
                "type": "object", "description": _about(family), "properties": able,
                "additionalProperties": False,
            }
    return schemas


def _about(family: str) -> str:
    """What a family is for, as its folder says it."""
    doc = getattr(sys.modules.get(f"{PACKAGE}.{family}"), "__doc__", None)
    return (doc or "").partition("\n")[0]


def _policy(schema: Schema, parameters: dict[type[Declared], Schema]) -> None:
    """A name, a name with parameters, or a class of one's own as module:Class."""
    own: Schema = {"type": "string", "pattern": f"^{CODE}$"}
    choices: list[Schema] = [{"enum": sorted(policies())}, own]
    for name, cls in sorted(policies().items()):
        choice = copy.deepcopy(parameters[cls.Parameters])
        choice["title"] = name
        choice["properties"] = {NAME: {"const": name}, **choice.get("properties", {})}
        choice["required"] = [NAME, *choice.get("required", [])]
        choices.append(choice)
    choices.append({"type": "object", "properties": {NAME: own}, "required": [NAME]})
    schema["anyOf"] = choices


def _network(network: Schema, parameters: dict[type[Declared], Schema]) -> Schema:
    file = network["properties"]["file"]
    choices: list[Schema] = [
        {
            "title": "file", "type": "object", "required": ["file"],
            "properties": {"file": file}, "additionalProperties": False,
        }
    ]
    for kind in kinds():
        choice = copy.deepcopy(parameters[parameters_of(kind)])
        choice["title"] = kind
        choice["properties"] = {"kind": {"const": kind}, **choice.get("properties", {})}
        choice["required"] = ["kind", *choice.get("required", [])]
        choices.append(choice)
    return {"description": network.get("description", ""), "oneOf": choices}


def _forbid_others(mapping: Schema) -> None:
    mapping.pop("patternProperties", None)
    mapping["additionalProperties"] = False


def finish(schema: Any) -> None:
    """Say the unit where the description is read, and refuse names that are none."""
    if isinstance(schema, list):
        for item in schema:
            finish(item)
    if not isinstance(schema, dict):
        return
    unit, text = schema.get("unit"), schema.get("description")
    if isinstance(unit, str) and isinstance(text, str) and unit != "1":
        schema["description"] = f"{text} Unit: {unit}."
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
    for item in schema.values():
        finish(item)
