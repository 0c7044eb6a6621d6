"""What lives of cases are drawn by."""

from tests.walks.lot import lot as lot
