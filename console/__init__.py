"""The web door: health for operators today, the officials' pages later."""
