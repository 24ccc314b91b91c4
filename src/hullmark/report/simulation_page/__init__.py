"""The page of a simulation: words, plots and tables in one file that opens offline."""
