"""Rows, repositories and the unit of work; the only door to SQLAlchemy."""
