import { defineConfig } from 'vite';

// The Link UI and the page where calls are approved. The api serves dist/connect.html at /connect, dist/approve.html at
// /approve and dist/assets below /connect/assets, under a policy without inline code: nothing may be inlined.
export default defineConfig({
    base: '/connect/',
    build: {
        target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        license: { fileName: 'licenses.md' },
        rolldownOptions: { input: ['connect.html', 'approve.html'] },
    },
});
