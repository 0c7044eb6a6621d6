"""The steps from each version of the tables to the next, and back.

A step never changes once it was published. To make one, change ``engine/store/tables`` and run
``python -m engine.store.migrations "what changes"`` in a clone; read what it wrote and try it both
ways: the tests do it on each kind of database.
"""
