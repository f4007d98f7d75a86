"""What `make check-deploy` runs: everything about a deployment that can be proven without an AWS account."""
