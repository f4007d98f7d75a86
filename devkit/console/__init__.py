"""The decision console: the path that a token takes through the authorizer, drawn, on loopback beside the gateway."""
