import { defineConfig } from 'vite';

// The dashboard as it is edited: `npx vite --config vite.dev.config.ts`, then /dashboard.html of the address it prints. What
// is not a file of this folder is asked of the api.
const api = process.env['API'] ?? 'http://127.0.0.1:8080';
const own = /^\/(src|node_modules|@|dashboard)/;

export default defineConfig({
    appType: 'mpa',
    plugins: [
        {
            name: 'dashboard-below',
            configureServer: ({ middlewares }) => {
                middlewares.use((request, _, next) => {
                    if (/^\/dashboard(\/|$|\?)/.test(request.url ?? '')) request.url = '/dashboard.html';
                    next();
                });
            },
        },
    ],
    server: {
        proxy: {
            '/': {
                target: api,
                // The api takes changes from its own pages only.
                headers: { origin: new URL(api).origin, 'sec-fetch-site': 'same-origin' },
                bypass: ({ url = '' }) => (own.test(url) ? url : undefined),
            },
        },
    },
});
