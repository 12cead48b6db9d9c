"""A mock Microsoft Intune that keeps only the data it may."""
