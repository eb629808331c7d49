"""What the desk knows without asking anybody: pure functions, no I/O, no clock."""
