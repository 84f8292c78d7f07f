"""What happens where customers gather: joining, posting, reading pooled ratings (M13, M15)."""
