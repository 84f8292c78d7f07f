"""How use is paid for: per use, by subscription, with data and patience (M25)."""
