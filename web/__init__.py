"""Starlette routes: the pages for sellers, and where Amazon sends them back to."""
