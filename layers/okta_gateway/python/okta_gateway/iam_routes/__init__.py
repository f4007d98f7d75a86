"""The routes of the IAM API, declared for the event handler: it validates requests and writes the OpenAPI document."""
