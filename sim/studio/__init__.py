"""The live page for classroom and meeting room: see a market, steer it, take it home."""
