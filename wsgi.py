"""The WSGI entry: `app` is built for the side that JIEDUI_SIDE names (contracts §1)."""

from app.config import read_settings
from app.factory import build, warm

app = build(read_settings())
warm(app)
