"""What only an account can settle: run after a deploy, `make verify-aws` asks AWS and the gateway, and compares.

docs/deployment.md lists what nobody could prove without an account; each line there names a step here.
"""
