"""Administration: users and groups in Okta, machine clients in Okta and in the document store."""
