-- An API token that serves as the second factor of MCP servers and for nothing else.
ALTER TABLE api_tokens ADD COLUMN mcp_only boolean NOT NULL DEFAULT false;
