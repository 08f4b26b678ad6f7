"""The pages. One package per blueprint; ``common`` holds what all of them stand on."""
