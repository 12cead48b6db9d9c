"""`python -m mdm_sim` is `mdm-sim`."""

from mdm_sim.cli import main

main()
