import { defineConfig } from 'vite';
import { pagesOf } from './vite.shared.ts';
import { strict } from './vite.strict.ts';

// The dashboard, at /dashboard and below, and the reference of the API, at /reference; beside what vite.config.ts has built.
export default defineConfig(
    pagesOf(['dashboard.html', 'reference.html'], 'licenses-dashboard.md', {
        plugins: [strict()],
        build: { emptyOutDir: false },
    }),
);
