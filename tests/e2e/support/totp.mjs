// Codes of an authenticator app.
import { createHmac } from 'node:crypto';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/// The code of RFC 6238 (SHA-1, 30 s, six digits), `steps` time steps from `now`. The secret is base32.
export function totp(secret, steps = 0, now = Date.now()) {
    const bits = [...secret].map((letter) => base32.indexOf(letter).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
    const mac = createHmac('sha1', key).update(counter).digest();
    const code = (mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000;
    return String(code).padStart(6, '0');
}
