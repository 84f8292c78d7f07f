"""Messages of a page, each declared once and held to it strictly; refused in one clear sentence."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from sim.errors import CounterpoiseError
from sim.scenario.faults import FaultyScenarioError
from sim.studio.scene import MOST_WEEKS
from sim.studio.steering import MOST_CHANGES
from sim.wording import did_you_mean, visible

LONGEST = 64 * 1024
"""Characters of the longest message."""

MOST_SEED = 2**63 - 1
MOST_DIGITS = 19
FASTEST = 1_000.0
HUGE = 10**15
"""No lever reaches so far; what is less is told its own bounds."""


class MessageError(CounterpoiseError):
    """A message that no page would send."""


class Message(BaseModel):
    """What a page says; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Week = Annotated[int, Field(ge=0, le=MOST_WEEKS)]
Words = Annotated[str, Field(max_length=200)]
Number = Annotated[float, Field(ge=-HUGE, le=HUGE)]
Whole = Annotated[int, Field(ge=-HUGE, le=HUGE)]
LeverValue = bool | Whole | Number | Words | None
Entry = Annotated[tuple[Week, Words, LeverValue], Field(strict=False)]
Log = Annotated[list[Entry], Field(max_length=MOST_CHANGES)]


def _from_digits(value: Any) -> Any:
    """A whole number that a page writes as text, since its own numbers are exact up to 2**53."""
    written = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value) if written and len(value) <= MOST_DIGITS else value


Seed = Annotated[int, BeforeValidator(_from_digits), Field(ge=0, le=MOST_SEED)]


class ForkAt(Message):
    """A fork to begin with: its week, and the levers of the alternative after it."""

    week: Week
    levers: Log = []


class Open(Message):
    """Begin a run."""

    type: Literal["open"]
    scenario: Words | None = None
    strategy: Words | None = None
    seed: Seed = 0
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)] | None = None
    levers: Log = []
    fork: ForkAt | None = None


class Plain(Message):
    """Something that needs no more words."""

    type: Literal["play", "pause", "step", "reset", "unfork"]


class Speed(Message):
    """How fast weeks go by; 0 is as fast as they can."""

    type: Literal["speed"]
    weeks_per_second: Annotated[float, Field(ge=0, le=FASTEST)]


class Lever(Message):
    """A lever is moved; it acts next week."""

    type: Literal["lever"]
    path: Words
    value: LeverValue


class Fork(Message):
    """What if from here."""

    type: Literal["fork"]
    week: Week


class Seek(Message):
    """Look at a past week, or live on to a later one."""

    type: Literal["seek"]
    week: Week


class AskCustomer(Message):
    """Tell the story of a customer."""

    type: Literal["customer"]
    id: Annotated[int, Field(ge=0, le=2**31 - 1)]


class AskFirm(Message):
    """Tell what a firm believes."""

    type: Literal["firm"]
    name: Words


class Guess(Message):
    """What somebody predicts in a lesson; null only asks what the runs say."""

    type: Literal["guess"]
    value: Number | None


class Export(Message):
    """Hand out a file."""

    type: Literal["export"]
    what: Literal["scenario", "parquet", "replay"]


class Ack(Message):
    """A frame was drawn, and all before it."""

    type: Literal["ack"]
    frame: Annotated[int, Field(ge=0, le=2**32 - 1)]


AnyMessage = (
    Open | Plain | Speed | Lever | Fork | Seek | AskCustomer | AskFirm | Guess | Export | Ack
)
MESSAGES: TypeAdapter[AnyMessage] = TypeAdapter(Annotated[AnyMessage, Field(discriminator="type")])
TYPES = (
    "open", "play", "pause", "step", "reset", "unfork", "speed", "lever", "fork", "seek",
    "customer", "firm", "guess", "export", "ack",
)


def read(text: str | bytes | None) -> AnyMessage:
    """The message that a text holds.

    Raises
    ------
    MessageError
        If it is none, in one sentence.
    """
    if not isinstance(text, str):
        raise MessageError("messages of a page are texts; this one is not")
    if len(text) > LONGEST:
        raise MessageError(f"the message is longer than {LONGEST // 1024} KB; send less at a time")
    try:
        return MESSAGES.validate_json(text)
    except ValidationError as error:
        raise MessageError(_sentence(error)) from None
    except ValueError:
        raise MessageError("the message is no text that could be read") from None


def in_one_line(error: CounterpoiseError) -> str:
    """What is wrong, as the page shows it."""
    if isinstance(error, FaultyScenarioError) and error.faults:
        return error.faults[0].message
    return " ".join(str(error).split())


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in words."""
    first: Any = error.errors(include_url=False, include_context=True)[0]
    if first["type"] == "json_invalid":
        return "the message is not valid JSON"
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        given = str(first.get("ctx", {}).get("tag", ""))[:60]
        hint = did_you_mean(given, TYPES)
        return f"there is no message of type '{visible(given)}'{hint}"
    kind, *where = [visible(str(part))[:60] for part in first["loc"]] or ["message"]
    if kind == "lever" and where[:1] == ["value"]:
        return "lever: value: must be a number, a word, true, false or null"
    place = " ".join(where) or "it"
    told = visible(str(first["msg"])).replace("Input should be", "must be")
    told = told.replace("Extra inputs are not permitted", "is no part of it")
    return f"{kind}: {place}: {told[:1].lower()}{told[1:]}"[:300]
