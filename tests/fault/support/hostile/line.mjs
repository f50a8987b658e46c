// The vendor's side of one request: what a behaviour may do with the connection.
import { markOf } from './answers.mjs';

export class Line {
    /// How many actions of `later` are done.
    static late = 0;

    /// `method` and `path` are of the request, `account` and `id` whose it is and which; `served` is called once the
    /// connection may take the next request.
    constructor(socket, request, served) {
        Object.assign(this, { socket, served, ...request, mark: markOf(request.account, request.id) });
    }

    /// What a redirect to this vendor would name.
    get host() {
        return `127.0.0.1:${this.socket.localPort}`;
    }
    /// The JSON of a record that is this call's; `more` are further members as text.
    record(more = '') {
        const marks = Array(6).fill(this.mark).join(' ');
        return `{"mark":"${this.mark}","text":"${marks}"${more}}`;
    }
    /// The record as the method answers it.
    body(record = this.record()) {
        return this.isList ? Buffer.concat([Buffer.from('{"data":['), Buffer.from(record), Buffer.from(']}')]) : Buffer.from(record);
    }
    head(fields = '', { status = '200 OK', version = 'HTTP/1.1', type = 'application/json' } = {}) {
        return `${version} ${status}\r\n${type ? `content-type: ${type}\r\n` : ''}x-mark: ${this.mark}\r\n${fields}`;
    }
    sized(body = this.body(), options = {}, fields = '') {
        return Buffer.concat([Buffer.from(`${this.head(fields, options)}content-length: ${Buffer.byteLength(body)}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
    }
    chunked(body = this.body(), size = 50) {
        const parts = [Buffer.from(`${this.head('transfer-encoding: chunked\r\n')}\r\n`)];
        for (let at = 0; at < body.length; at += size) {
            const part = body.subarray(at, at + size);
            parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
        }
        return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
    }
    toEnd(body = this.body()) {
        return Buffer.concat([Buffer.from(`${this.head()}\r\n`), body]);
    }

    write(bytes) {
        if (!this.socket.destroyed) this.socket.write(bytes, 'latin1');
        return this;
    }
    end(bytes) {
        if (!this.socket.destroyed) this.socket.end(bytes);
    }
    reset(bytes) {
        if (!bytes?.length) return this.socket.resetAndDestroy();
        this.socket.write(bytes, () => this.socket.resetAndDestroy());
    }
    /// The answer is over: the next request may come.
    keep() {
        this.served(false);
    }
    /// The answer is over, and no further request may come on this connection. One that does is answered and counted.
    doubt() {
        this.served(true);
    }
    later(ms, action) {
        setTimeout(() => {
            if (!this.socket.destroyed) action();
            Line.late += 1;
        }, ms);
    }
    /// One byte (or `size`) every `ms`.
    drip(bytes, ms, size = 1) {
        const next = (at) => {
            if (this.socket.destroyed) return;
            if (at >= bytes.length) return this.keep();
            this.socket.write(bytes.subarray(at, at + size));
            setTimeout(next, ms, at + size);
        };
        next(0);
    }
    /// The same bytes without end, as quickly as they are taken; at most `limit` bytes, then nothing more.
    pump(bytes, limit = 256 << 20) {
        let sent = 0;
        const next = () => {
            if (this.socket.destroyed || sent >= limit) return;
            sent += bytes.length;
            if (this.socket.write(bytes)) setImmediate(next);
            else this.socket.once('drain', next);
        };
        next();
    }
}
