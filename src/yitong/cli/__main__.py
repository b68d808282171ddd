"""``python -m yitong.cli`` is the command ``yitong``."""

from yitong.cli.main import main

main()
