"""The clock's door: time passed."""
