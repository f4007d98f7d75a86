"""The laptop stack: Okta stand-in, document store, sample backend and gateway, started together and ended together."""
