"""`python -m mdm_devices` is the same program as `mdm-devices`."""

from mdm_devices.cli import main

if __name__ == "__main__":
    main()
