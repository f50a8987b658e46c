-- The event streams of MCP 2024-11-05, of all replicas, and what one replica has to say on the stream of another. Gone
-- after a crash, as the streams are then. Queue tables: ids, and messages sealed for their stream.
CREATE UNLOGGED TABLE mcp_streams (
    id uuid PRIMARY KEY,
    mcp_server_id uuid NOT NULL,
    replica uuid NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mcp_streams_by_replica ON mcp_streams (replica);

CREATE UNLOGGED TABLE mcp_stream_messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream_id uuid NOT NULL,
    sealed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mcp_stream_messages_by_stream ON mcp_stream_messages (stream_id, id);
GRANT SELECT, INSERT, UPDATE, DELETE ON mcp_streams, mcp_stream_messages TO sluice_app;
