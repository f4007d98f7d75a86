"""What may the holder of a verified token do?"""
