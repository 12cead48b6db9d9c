"""What time takes away: one table of rules (`rules`) and one job (`job`) that applies them."""
