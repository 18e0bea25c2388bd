"""宣传活动 — a campaign as its places carry it out, and its one thing of each day."""
