"""The generated pages of everyone who is not at the console."""
