"""Whether a sweep is whole: what the ledger and MLflow must say of it, checked and mended."""
