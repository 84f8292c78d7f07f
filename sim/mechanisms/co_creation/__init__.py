"""How customers help to make the product (M12)."""
