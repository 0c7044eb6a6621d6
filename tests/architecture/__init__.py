"""Rules about the files of the project itself."""
