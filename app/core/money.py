"""Money is whole fen; yuan appear only on pages."""


def yuan(fen: int | None) -> str:
    """120000 -> '1,200 元', 120050 -> '1,200.50 元', None -> '—'."""
    if fen is None:
        return "—"
    whole, part = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}.{part:02d} 元" if part else f"{sign}{whole:,} 元"
