// Publishes the definition, connects an account of the fixture vendor and runs the public conformance suites against the MCP
// URL of that account. See README.md.
import { join } from 'node:path';

import { environment, cli, main, startApi } from '../e2e/support/product.mjs';
import { roundRobin } from '../e2e/support/replicas.mjs';
import { apiKey, startFixture } from './fixture.mjs';
import { runSuite } from './suite.mjs';

const headers = ['http-header-validation', 'http-custom-header-server-validation'];
const suites = [
    { name: '0.1.16, active', program: 'conformance-0.1', baseline: 'baseline-0.1.16.yml' },
    {
        name: '0.2.0-alpha.12, 2025-11-25',
        program: 'conformance-0.2',
        baseline: 'baseline-2025-11-25.yml',
        requirements: '2025-11-25',
        // Run and reported by the suite, but not required.
        also: ['json-schema-2020-12'],
    },
    {
        name: '0.2.0-alpha.12, 2026-07-28',
        program: 'conformance-0.2',
        baseline: 'baseline-2026-07-28.yml',
        requirements: '2026-07-28',
        also: ['json-schema-2020-12', ...headers],
    },
];

/// The MCP URL of an account at `vendor`, in an environment as any other; each request to it goes to the other of two
/// replicas.
async function connect(scope, vendor) {
    const allowed = [vendor, main.simulator.url].map((url) => new URL(url).host).join();
    const replicas = [];
    const { url, through } = await roundRobin(scope, replicas);
    // What an operator says whose clients come by a proxy.
    const origins = [url, url.replace('127.0.0.1', 'localhost')].join();
    const settings = { SLUICE_EGRESS_ALLOW: allowed, SLUICE_MCP_ALLOWED_ORIGINS: origins };
    const own = await startApi(scope, { settings });
    const other = await startApi(scope, { settings });
    replicas.push(own.url, other.url);
    const { api } = await environment('conformance', own);
    await cli('integration', 'publish', join(import.meta.dirname, 'integration'), '--team', 'e2e');
    const [integration] = (await api.ok('GET', '/integration?name=conformance')).result;
    const override = { base_url: vendor };
    const { id: installation } = await api.ok('POST', '/environment-integration', { integration_id: integration.id, override });
    await api.ok('PATCH', `/environment-integration/${installation}`, { override });
    const account = await api.ok('POST', '/integrated-account', {
        tenant_id: 'conformance',
        environment_integration_id: installation,
        authentication_method: 'api_key',
        context: { api_key: apiKey },
    });
    const server = await api.ok('POST', `/integrated-account/${account.id}/mcp`, { name: 'Conformance', config: {} });
    scope.after(() => api.delete(`/integrated-account/${account.id}`));
    return through(server.url);
}

const ends = [];
const scope = { after: (action) => ends.unshift(action) };
const total = { passed: 0, failed: 0 };
try {
    const fixture = await startFixture();
    scope.after(() => fixture.close());
    const url = await connect(scope, `http://127.0.0.1:${fixture.address().port}`);
    for (const suite of suites) {
        const { passed, failed } = await runSuite(suite, url);
        total.passed += passed;
        total.failed += failed;
    }
} catch (error) {
    console.log(`FAILED: ${error.stderr ?? ''}${error.stack}`);
    total.failed += 1;
}
for (const end of ends) await end();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.passed === 0 || total.failed > 0 ? 1 : 0;
