// @mastra/mcp, with the tools as an agent of Mastra makes them for a model of OpenAI: it closes objects, lets a model give
// null for whatever is optional, and takes null away before it sends.
process.env.MASTRA_TELEMETRY_DISABLED = '1';
const { makeCoreTool } = await import('@mastra/core/utils');
const { MCPClient } = await import('@mastra/mcp');

export const name = 'Mastra';
export const isFilledWithNull = true;

const server = 'helpdesk';
const model = { provider: 'openai.responses', modelId: 'gpt-4o', specificationVersion: 'v2', supportsStructuredOutputs: true };
const silent = { debug() {}, info() {}, warn() {}, error() {}, trackException() {} };

export async function open(url) {
    const client = new MCPClient({ id: url, servers: { [server]: { url: new URL(url), connectTimeout: 60_000 } } });
    const tools = new Map();
    for (const [prefixed, tool] of Object.entries(await client.listTools())) {
        const name = prefixed.slice(server.length + 1);
        tools.set(name, makeCoreTool(tool, { name, model, logger: silent }));
    }
    return {
        tools: [...tools].map(([name, { parameters }]) => ({ name, parameters: parameters.jsonSchema })),
        async call(name, args) {
            const told = await tools.get(name).execute(args, { toolCallId: 'call', messages: [] });
            if (told.error || told.isError) throw new Error(JSON.stringify(told));
            return JSON.stringify(told);
        },
        close: () => client.disconnect(),
    };
}
