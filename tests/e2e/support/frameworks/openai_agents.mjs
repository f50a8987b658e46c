// @openai/agents with strict schemas: a model gives null for whatever it does not mean.
import { getAllMcpTools, MCPServerStreamableHttp, RunContext, setTracingDisabled } from '@openai/agents';

setTracingDisabled(true);

export const name = 'OpenAI Agents';
export const isFilledWithNull = true;

export async function open(url) {
    const server = new MCPServerStreamableHttp({ url, name: 'helpdesk', errorFunction: null });
    await server.connect();
    const tools = new Map(
        (await getAllMcpTools({ mcpServers: [server], convertSchemasToStrict: true })).map((tool) => [tool.name, tool]),
    );
    return {
        tools: [...tools.values()].map(({ name, parameters }) => ({ name, parameters })),
        call: async (name, args) => JSON.stringify(await tools.get(name).invoke(new RunContext(), JSON.stringify(args))),
        close: () => server.close(),
    };
}
