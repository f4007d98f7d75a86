"""The local API Gateway: template.yaml, run as AWS would run it."""
