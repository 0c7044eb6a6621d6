"""Expressions checked against a typed context and evaluated on plain maps; the only door to CEL."""
