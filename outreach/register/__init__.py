"""企业名录 — which enterprises there are, and who answers for each."""
