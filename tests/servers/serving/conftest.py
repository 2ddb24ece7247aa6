from tests.servers.stores.conftest import postgresql, postgresql_url
from tests.serving.conftest import told

__all__ = ["postgresql", "postgresql_url", "told"]
