"""What may be kept: the page's table, its rules, and the function that applies them. No I/O."""
