"""Fleets under load: the simulated devices as users of Locust, shapes of load, and its figures.

`load.locustfile` alone imports Locust, which patches the standard library; nothing imports it.
"""
