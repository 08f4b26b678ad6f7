"""What a panel says to people: sentences, tables with the cases behind each number, and what is drawn of them."""
