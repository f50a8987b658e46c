import { defineConfig } from 'vite';

// sluice-link.js: one file without imports, under a name that never changes.
export default defineConfig({
    build: {
        target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
        emptyOutDir: false,
        lib: { entry: 'src/sdk/sluice-link.ts', formats: ['es'], fileName: () => 'sluice-link.js' },
    },
});
