"""Microsoft Graph's doors, `/v1.0` and `/beta`: where admins, SDKs and tools ask and order."""
