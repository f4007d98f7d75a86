"""The table of hostile tokens, all of it; docs/hostile-tokens.md explains the classes."""

from tests.vectors import (
    algorithms,
    claims,
    encodings,
    headers,
    json_texts,
    key_ids,
    key_sets,
    signatures,
    times,
    token_kinds,
)
from tests.vectors.rows import ACCEPTED, PUBLISHED, Row

CLASSES: dict[str, list[Row]] = {
    "algorithms": algorithms.ROWS,
    "headers": headers.ROWS,
    "key ids": key_ids.ROWS,
    "signatures": signatures.ROWS,
    "encodings": encodings.ROWS,
    "JSON": json_texts.ROWS,
    "times": times.ROWS,
    "claims": claims.ROWS,
    "kinds of tokens": token_kinds.ROWS,
    "keys and key sets": key_sets.ROWS,
}
TABLE = [row for rows in CLASSES.values() for row in rows]
WITH_PUBLISHED_KEYS = [row for row in TABLE if row.keys == PUBLISHED]
NEAR_MISSES = [row for row in TABLE if row.authorizer == ACCEPTED]
