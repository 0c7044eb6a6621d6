"""The REST interface: the same services and the same rights as the pages."""
