"""What the authorizer costs, as ratios to an empty function under AWS's own runtime client."""
