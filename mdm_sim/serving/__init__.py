"""Serving the application: two listeners, each a process of its own, and one that minds them."""
