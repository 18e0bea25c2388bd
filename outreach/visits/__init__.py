"""官方检查 — visits of officials to enterprises: begun, filled by several at once, finished with a record."""
