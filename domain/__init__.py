"""规则 — the rule book: frozen values and pure functions that know no framework, no clock and no network."""
