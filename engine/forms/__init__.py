"""The form language: effective schema, validation and layout; the only door to jsonschema."""
