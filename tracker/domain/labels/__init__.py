"""Device labels (UDI) as scanners send them and people type them: GS1 and HIBCC. ``label.read_label`` reads either."""
