"""Write a new step: what differs between the tables in the code and those the steps make."""

import sys
from tempfile import TemporaryDirectory

from alembic import command

from engine.store.database import Store
from engine.store.upgrade import attached


def main() -> None:
    """Compare with a database that has all steps, and write the difference as another one."""
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/rows.db")
        store.upgrade()
        with attached(store.engine) as config:
            command.revision(config, sys.argv[1], autogenerate=True)
        store.close()


if __name__ == "__main__":
    main()
