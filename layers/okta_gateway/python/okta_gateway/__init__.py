"""Okta in front of any HTTP API behind Amazon API Gateway."""
