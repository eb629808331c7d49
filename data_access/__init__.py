"""The token database, other people's databases, Amazon and mail: all SQL and all sockets."""
