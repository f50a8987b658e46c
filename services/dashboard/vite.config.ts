import { defineConfig } from 'vite';

// The Link UI, the page where calls are approved and the pages of sign-in. The api serves dist/connect.html at /connect,
// dist/approve.html at /approve, dist/sign-in.html at /sign-in, /invitation and /reset, and dist/assets below
// /connect/assets, under a policy without inline code: nothing may be inlined.
export default defineConfig({
    base: '/connect/',
    build: {
        target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        license: { fileName: 'licenses.md' },
        rolldownOptions: { input: ['connect.html', 'approve.html', 'sign-in.html'] },
    },
});
