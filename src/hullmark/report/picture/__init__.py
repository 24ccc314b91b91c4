"""Pictures of an architecture: one scene, laid out once, drawn as SVG, HTML, Mermaid or DOT."""
