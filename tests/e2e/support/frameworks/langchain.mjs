// @langchain/mcp-adapters: checks arguments by the advertised schema before it sends them.
import { MultiServerMCPClient } from '@langchain/mcp-adapters';

export const name = 'LangChain';
export const isFilledWithNull = false;

export async function open(url) {
    const client = new MultiServerMCPClient({ mcpServers: { helpdesk: { url, transport: 'http' } } });
    const tools = new Map((await client.getTools()).map((tool) => [tool.name, tool]));
    return {
        tools: [...tools.values()].map(({ name, schema }) => ({ name, parameters: schema })),
        call: async (name, args) => textOf(await tools.get(name).invoke(args)),
        close: () => client.close(),
    };
}

const textOf = (told) => (typeof told === 'string' ? told : JSON.stringify(told));
