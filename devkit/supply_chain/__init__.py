"""What comes with the packages of others: their licences, their known holes, and secrets that do not belong here."""

COULD_NOT_CHECK = 2
"""Exit status of a check that could not look at everything: neither a pass nor a failure (as okta-gateway's)."""
