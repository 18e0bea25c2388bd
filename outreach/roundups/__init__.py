"""周报告和月调度 — drafted by the clock from frozen figures, edited in the chat, sent when an official releases it."""
