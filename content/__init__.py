"""内容 — what an inspector or editor may change without a developer: files in, domain values out."""
