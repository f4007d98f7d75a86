"""Authorizers as people write them with the usual libraries, to compare ours with."""
