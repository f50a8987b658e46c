import type { UserConfig } from 'vite';

/** What all pages are built with: under the policy of the api nothing may be inlined. */
export const pagesOf = (input: string[], licenses: string, config: UserConfig = {}): UserConfig => ({
    base: '/connect/',
    ...config,
    build: {
        target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        license: { fileName: licenses },
        rolldownOptions: {
            input,
            // "use client" of libraries is for servers that render.
            onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
        },
        ...config.build,
    },
});
