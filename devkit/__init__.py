"""What runs the gateway on a laptop. Never deployed."""
