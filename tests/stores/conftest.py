from tests.landing.processes import at_once, killed, processes
from tests.stores.lakes import erased, expired, lakes, other

__all__ = ["at_once", "erased", "expired", "killed", "lakes", "other", "processes"]
