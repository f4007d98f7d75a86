"""`okta-gateway`, the operator's command: why a token is refused, tokens to try, and the access rules."""
