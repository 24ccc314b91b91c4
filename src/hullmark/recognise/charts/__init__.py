"""Charts that are not in the scan: the references to them, the values these set, and what known charts make of them.

The rows of known charts are data in the modules of `hullmark.recognise.charts.table`; nothing here is imported unless a
scan holds a reference to a chart.
"""
