"""Browser sign-in: the authorization request, the callback, sessions and sign-out."""
