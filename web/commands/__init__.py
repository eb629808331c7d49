"""The command line's groups; manage.py takes them in."""
