import { defineConfig } from 'vite';
import { strict } from './vite.strict.ts';

// The Link UI, the page where calls are approved, the pages of sign-in, the dashboard and the reference of the API. The api
// serves dist/connect.html at /connect, dist/approve.html at /approve, dist/sign-in.html at /sign-in, /invitation and
// /reset, dist/dashboard.html at /dashboard and below, dist/reference.html at /reference, and dist/assets below
// /connect/assets, under a policy without inline code: nothing may be inlined.
export default defineConfig({
    base: '/connect/',
    plugins: [strict()],
    build: {
        target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        license: { fileName: 'licenses.md' },
        rolldownOptions: {
            input: ['connect.html', 'approve.html', 'sign-in.html', 'dashboard.html', 'reference.html'],
            // "use client" of libraries is for servers that render.
            onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
        },
    },
});
