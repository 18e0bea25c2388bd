"""测验 — sets of questions, the question of the day, and one to a whole group."""
