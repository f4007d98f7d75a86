"""What the functions do around a snapshot of Lambda SnapStart; imported only where one is taken."""
