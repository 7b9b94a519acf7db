from tests.routes.conftest import app, browse  # noqa: F401
