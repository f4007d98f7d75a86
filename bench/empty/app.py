"""The floor: a function that answers a constant."""


def handler(_event: object, _context: object) -> dict[str, str]:
    return {"principalId": "nobody"}
