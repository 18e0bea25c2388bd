"""自查计划 — what enterprises are asked to inspect, how often, and who has."""
