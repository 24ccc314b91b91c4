"""``python -m hullmark``."""

from hullmark.cli import program

if __name__ == "__main__":
    program()
