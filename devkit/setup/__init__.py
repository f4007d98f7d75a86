"""Makes the Okta side: looks what is there, says what is missing, makes that and nothing else; deletes nothing."""
