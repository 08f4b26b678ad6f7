"""The pathway files, and the catalogue that reads them."""
