import { defineConfig } from 'vite';
import { pagesOf } from './vite.shared.ts';

// The pages that customers and visitors see: the Link UI, the page where calls are approved and the pages of sign-in. The
// api serves dist/connect.html at /connect, dist/approve.html at /approve, dist/sign-in.html at /sign-in, /invitation and
// /reset, and dist/assets below /connect/assets. They share no script with the dashboard, which would make them larger.
export default defineConfig(pagesOf(['connect.html', 'approve.html', 'sign-in.html'], 'licenses.md'));
