-- An MCP server hands out links to the page of approval only if its developer wants that. It was the default before, and
-- stood in every row, so a row does not tell who wanted it: it ends for all, and PATCH brings it back.
UPDATE mcp_servers SET config = config - 'approval_link' WHERE config @> '{"approval_link": true}';
