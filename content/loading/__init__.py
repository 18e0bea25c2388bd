"""装载 — content files become domain values here, one module per kind; the first flaw stops the load."""
