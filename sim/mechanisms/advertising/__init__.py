"""How offers become known without anybody telling: advertising and forgetting (M15)."""
