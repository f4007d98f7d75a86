"""What Amazon DocumentDB 5.0 supports, as far as we might send it, and a listener that fails on anything else.

Source of the tables: "Supported MongoDB APIs, operations, and data types in Amazon DocumentDB", column 5.0
(https://docs.aws.amazon.com/documentdb/latest/developerguide/mongo-apis.html), and "Functional differences"
(https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html) for retryable writes and
$lookup.
The latter says, too, under "Implicit transactions", that findAndModify, update, insert and delete are atomic, which
single use and leases rest on. "Index Property: expireAfterSeconds" says Yes for indexes of one field
(https://docs.aws.amazon.com/documentdb/latest/developerguide/index-property-expireafterseconds.html).
What is missing here is either marked No for 5.0, or nobody needed it yet: look at that page before adding to a table.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

# "Query and write operations", "Administrative Commands", "Aggregation" and "Diagnostic commands", with their options.
# Those of find are judged by "Cursor methods": collation, max, min, noCursorTimeout, returnKey, showRecordId and
# tailable are No.
COMMANDS: Mapping[str, frozenset[str]] = {
    name: frozenset(options.split())
    for name, options in {
        "aggregate": "pipeline cursor hint comment maxTimeMS",
        "count": "query limit skip",
        "create": "",
        "createIndexes": "indexes",
        "delete": "deletes ordered",
        "distinct": "key query",
        "drop": "",
        "dropIndexes": "index",
        "explain": "verbosity",
        # singleBatch is how findOne() says that it wants no cursor
        "find": "filter projection sort limit singleBatch skip batchSize hint comment maxTimeMS",
        "findAndModify": "query update remove new upsert fields sort",
        "getMore": "collection batchSize",
        "insert": "documents ordered",
        "killCursors": "cursors",
        "listCollections": "cursor nameOnly",
        "listIndexes": "cursor",
        "update": "updates ordered",
    }.items()
}
# Options of the elements of `updates`, `deletes` and `indexes` ("Index properties": hidden, and case-insensitive by
# collation, are No).
ELEMENTS: Mapping[str, frozenset[str]] = {
    "updates": frozenset({"q", "u", "multi", "upsert", "arrayFilters"}),
    "deletes": frozenset({"q", "limit"}),
    "indexes": frozenset({"key", "name", "unique", "sparse", "expireAfterSeconds", "partialFilterExpression"}),
}
# What the driver adds to every command. `lsid` goes with startSession. There is no txnNumber: retryable writes are
# refused before 8.0.2.
DRIVER_OPTIONS = frozenset({"$db", "lsid", "$readPreference", "$clusterTime"})
# What the driver sends of its own accord. SASL is how "authenticate" is spelt on the wire. endSessions is No; pymongo
# sends it when a client is closed and ignores the answer, so that it is harmless.
DRIVER_COMMANDS = frozenset({"saslStart", "saslContinue", "endSessions"})
# "Query and projection operators", "Update operators".
# fmt: off
OPERATORS = frozenset(
    {
        "$all", "$elemMatch", "$size", "$eq", "$gt", "$gte", "$in", "$lt", "$lte", "$ne", "$nin", "$exists",
        "$type", "$expr", "$mod", "$regex", "$and", "$nor", "$not", "$or", "$slice", "$addToSet", "$pop",
        "$pull", "$pullAll", "$push", "$each", "$position", "$sort", "$currentDate", "$inc", "$max", "$min",
        "$mul", "$rename", "$set", "$setOnInsert", "$unset",
    }
)
# "Stage operators". $lookup: equality matches only, so that its `pipeline` and `let` are left out.
STAGES = frozenset(
    {
        "$addFields", "$count", "$group", "$indexStats", "$limit", "$lookup", "$match", "$project",
        "$replaceRoot", "$sample", "$skip", "$sort", "$unwind",
    }
)
# fmt: on
LOOKUP_FIELDS = frozenset({"from", "localField", "foreignField", "as"})


class OutsideDocumentDB(AssertionError):
    """The code sent something that is not in the tables of this module."""


class DocumentDBOnly(CommandListener):
    """Remembers every command, and what of it DocumentDB 5.0 would not support.

    pymongo swallows what a listener raises, so the judgement is collected here and `verify` raises it.
    """

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.outside: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in DRIVER_COMMANDS:
            return
        command = dict(event.command)
        self.sent.append(command)
        self.outside.extend(f"{event.command_name}: {problem}" for problem in problems(event.command_name, command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Judged when it was sent."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Judged when it was sent."""

    def verify(self) -> None:
        """Raise OutsideDocumentDB if anything sent so far is outside the tables."""
        if self.outside:
            raise OutsideDocumentDB("; ".join(self.outside))

    def named(self, name: str) -> list[dict[str, Any]]:
        """The commands called `name`, in the order sent."""
        return [command for command in self.sent if name in command]


def problems(name: str, command: Mapping[str, Any]) -> Iterator[str]:
    """Everything in `command` that is outside the tables."""
    if name not in COMMANDS:
        yield "the command"
        return
    for option in command.keys() - COMMANDS[name] - DRIVER_OPTIONS - {name}:
        yield f"option {option}"
    for field, allowed in ELEMENTS.items():
        for element in command.get(field, ()):
            yield from (f"option {option} of {field}" for option in element.keys() - allowed)
    if name == "explain":
        yield from problems(next(iter(command["explain"])), command["explain"])
    yield from _stage_problems(command.get("pipeline", ()))
    for field in ("filter", "projection", "query", "update", "updates", "deletes"):
        yield from (f"operator {operator}" for operator in _operators(command.get(field)) if operator not in OPERATORS)


def _stage_problems(pipeline: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for stage in pipeline:
        yield from (f"stage {operator}" for operator in stage.keys() - STAGES)
        yield from (f"option {option} of $lookup" for option in stage.get("$lookup", {}).keys() - LOOKUP_FIELDS)


def _operators(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key.startswith("$"):
                yield key
            yield from _operators(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _operators(inner)
