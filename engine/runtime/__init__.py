"""Compiles a bound process and advances cases; the only door to SpiffWorkflow.

Pure: no clock, no database, no randomness. Time, facts and the seed of a drawing come in as
arguments, so the same command on the same state gives the same result, today and in a rebuild.
"""
