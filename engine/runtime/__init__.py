"""Compiles a process and advances a case as a pure function; the only door to SpiffWorkflow."""
