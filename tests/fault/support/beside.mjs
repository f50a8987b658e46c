// Processes beside the product: whatever a test starts, and nginx as what the same machine does without us.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../e2e/support/ports.mjs';

/// Starts a process that ends with `scope`, and with this process.
export function child(scope, command, args, options) {
    const process_ = spawn(command, args, options);
    const kill = () => process_.kill('SIGKILL');
    process.once('exit', kill);
    scope.after(kill);
    return process_;
}

/// nginx as a plain proxy before the vendor at `vendorPort`; gives its port. Ends with `scope`.
export async function nginxBefore(scope, vendorPort) {
    const port = await freePort();
    const place = mkdtempSync(join(tmpdir(), 'sluice-nginx-'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${place};`).join(' ');
    writeFileSync(join(place, 'nginx.conf'), `daemon off; master_process off; pid ${place}/pid; error_log ${place}/error.log;
events { worker_connections 8192; }
http { access_log off; ${temporary}
  upstream vendor { server 127.0.0.1:${vendorPort}; keepalive 64; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`);
    child(scope, 'nginx', ['-c', join(place, 'nginx.conf'), '-p', place], { stdio: ['ignore', 'ignore', 'inherit'] });
    scope.after(() => rmSync(place, { recursive: true, force: true }));
    return port;
}
