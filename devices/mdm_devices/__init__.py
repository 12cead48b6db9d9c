"""Simulated devices and apps that enroll with an MDM service over HTTP."""
