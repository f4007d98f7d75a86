"""Why there are no packages, in a sentence for a person."""


class PackagingProblem(Exception):
    """A package could not be made; the message says what to do."""


class IndexUnreachable(PackagingProblem):
    """The package index did not answer, or does not have what the lock files name."""
