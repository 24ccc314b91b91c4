"""Documents with places: reading YAML and JSON, and editing text by spans. Knows nothing of the domain."""
