"""The specification of the platform: one folder for each concern, `stories` for whole processes."""
