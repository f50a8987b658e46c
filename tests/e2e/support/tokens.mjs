// Secrets that nobody minted, for floods of them.
import { randomInt } from 'node:crypto';

const kBase62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function randomText(length) {
  return Array.from({ length }, () => kBase62[randomInt(62)]).join('');
}

/** CRC-32 as zlib has it. */
function crc32(text) {
  let sum = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function base62(number, digits) {
  let text = '';
  for (let left = number; text.length < digits; left = Math.floor(left / 62)) text = kBase62[left % 62] + text;
  return text;
}

/** Of the form that tokens had before they had a MAC: whoever gets it has to look it up. `kind` is api, mcp, link, acct or
 * state. */
export function unkeyedToken(kind) {
  const text = `slx_${kind}_${randomText(43)}`;
  return text + base62(crc32(text), 6);
}

/** With a MAC that is none: known to be made up without a query. */
export function madeUpToken(kind) {
  return unkeyedToken(kind) + randomText(8);
}
