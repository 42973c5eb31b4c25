"""`python -m service.cli`, the same as `clearline`."""

from service.cli import main

main()
