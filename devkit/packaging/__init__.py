"""What is deployed, as zip files: the same input gives the same bytes."""
