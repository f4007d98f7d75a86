"""API Gateway's event shapes in, its response shapes out."""
