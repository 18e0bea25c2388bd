"""What an operator can ask for on the command line, one module per subject."""
