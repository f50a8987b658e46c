// The reference of the API: what our binary serves at /openapi.yaml, shown by Scalar. Nothing comes from another host.
import './policy.ts';
import '@fontsource-variable/inter/wght.css';
import '@scalar/api-reference/style.css';
import './reference.css';
import { createApiReference } from '@scalar/api-reference';

createApiReference('#root', {
    url: '/openapi.yaml',
    // Examples name the address at which this page is.
    servers: [{ url: location.origin, description: 'Where this Sluice runs.' }],
    theme: 'none',
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: 'never',
    hideClientButton: true,
    // Calls are made from the reader's own shell: the page asks for no token.
    hideTestRequestButton: true,
    persistAuth: false,
    documentDownloadType: 'direct',
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
    metaData: { title: 'Sluice API reference' },
});
