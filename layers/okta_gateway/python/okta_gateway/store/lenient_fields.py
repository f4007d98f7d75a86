"""Fields of rows that others write too: what is not of its type counts as not there, and the row stays readable."""

from datetime import datetime

from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo.collection import Collection
from pymongo.database import Database

from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import seconds

# The driver decodes whole batches: without this, one date after the year 9999 would hide every row beside it.
OPTIONS: CodecOptions[Document] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO, unicode_decode_error_handler="replace"
)


def lenient_collection(database: Database[Document], name: str) -> Collection[Document]:
    """The collection, read so that no value of a row can make the driver fail."""
    return database.get_collection(name, codec_options=OPTIONS)


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...]:
    """The strings of an array."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def time_of(value: object) -> float | None:
    """Seconds since 1970 of a date."""
    return seconds(value) if isinstance(value, datetime) else None
