"""Okta's HTTP APIs. Nothing else talks to Okta, but the fetch of the signing keys in `tokens`."""
