"""How firms keep clubs of fans, and what fans do (M30)."""
