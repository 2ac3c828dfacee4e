"""The seeded register of made-up households, as tests and benches use it."""

from app.demo.register import START, Register, Table, make, read, write

__all__ = ["START", "Register", "Table", "make", "read", "write"]
