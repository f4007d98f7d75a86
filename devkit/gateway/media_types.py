"""Which bodies API Gateway treats as bytes. Source: AWS developer guide, "Content type conversions in API Gateway"."""

from collections.abc import Iterable


def is_binary(content_type: str, binary_media_types: Iterable[str]) -> bool:
    """Whether a type is on the API's list, by its name, as `image/*` or as `*/*`; parameters do not count."""
    media_type = content_type.partition(";")[0].strip().lower()
    return bool({"*/*", media_type, media_type.partition("/")[0] + "/*"} & set(binary_media_types))
