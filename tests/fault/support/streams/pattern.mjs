// A body of any length that is never stored: each byte depends on its position, so a byte that is lost, doubled or moved
// shows.

/// A prime, so that no power of two is a multiple of the period.
const period = (1 << 20) - 3;
const most = 1 << 20;
const bytes = Buffer.alloc(period + most);
for (let i = 0, state = 0x9e3779b9; i < period; ++i) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
}
bytes.copy(bytes, period, 0, most);

/// `size` bytes (at most 1 MiB) of the body from `position` on.
export const partAt = (position, size) => bytes.subarray(position % period, (position % period) + size);

/// Compares a body with the pattern as it comes. `wrongAt` is about where it is wrong first.
export class Checker {
    taken = 0;
    wrongAt = undefined;

    take(part) {
        for (let at = 0; at < part.length; at += most) {
            const piece = part.subarray(at, at + most);
            if (!piece.equals(partAt(this.taken, piece.length))) this.wrongAt ??= this.taken;
            this.taken += piece.length;
        }
    }
}

/// Writes `size` bytes of the body to `stream`, as quickly as it takes them. `told(sent)` after each part; ends when the
/// stream closes. True if all was written.
export async function writeBody(stream, size, { from = 0, told = () => {} } = {}) {
    let isClosed = false;
    let wake = () => {};
    stream.once('close', () => ((isClosed = true), wake()));
    stream.on('error', () => {});
    for (let sent = 0; sent < size; ) {
        if (isClosed || stream.destroyed) return false;
        const part = partAt(from + sent, Math.min(64 * 1024, size - sent));
        sent += part.length;
        const goesOn = stream.write(part);
        told(sent);
        if (!goesOn && !isClosed) await new Promise((done) => ((wake = done), stream.once('drain', done)));
    }
    return !isClosed;
}
