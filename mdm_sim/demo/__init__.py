"""The demo: a service and a fleet of their own, and a report of what was kept and what was not."""
