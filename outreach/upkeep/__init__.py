"""运行和维护 — what keeps the office whole: backup and restore, repair, the journal's chain, vitals and alerts."""
