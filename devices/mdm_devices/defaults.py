"""The fleet that one gets without saying which."""

MIX = "corporate=40,byod=40,mam=20"
PLATFORMS = "windows,macos,ios,ipados,android"
CLOCK = "2026-09-01T08:00:00Z"
