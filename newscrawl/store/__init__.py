"""MongoDB: the embedded server, the connection, the schema, the batching writer, the spool, the readers."""
