"""The doors of devices and apps: each a vocabulary, a reader and a writer over the same intake."""
