"""The version of this package, alone so that reports and ``--version`` need nothing else."""

__version__ = "0.1.0"
