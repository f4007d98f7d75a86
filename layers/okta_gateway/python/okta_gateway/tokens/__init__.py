"""Is this token genuine, and for us?"""
