"""Operations on many contacts (SPEC C5, G2)."""
