"""The agents as Mesa knows them: firms, communities, and customers as rows of a table."""
