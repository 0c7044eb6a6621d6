"""Rows: tables, repositories, the unit of work and migrations. The only door to SQLAlchemy.

Nothing above this package sees a connection, a statement or a table; repositories take and return
plain values and named tuples.
"""

from engine.store.database import Store
from engine.store.unit import UnitOfWork

__all__ = ["Store", "UnitOfWork"]
