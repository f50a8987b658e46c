import { createServer } from 'node:http';

/// A receiver of webhooks, which takes all it gets.
export class Receiver {
    received = [];
    #server = createServer((incoming, answer) => {
        let body = '';
        incoming.on('data', (text) => (body += text));
        incoming.on('end', () => {
            this.received.push({ headers: incoming.headers, body });
            answer.writeHead(204).end();
        });
    });

    static async start(port) {
        const receiver = new Receiver();
        await new Promise((listening, failed) => {
            receiver.#server.once('error', failed).listen(port, '127.0.0.1', listening);
        });
        receiver.#server.unref();
        receiver.url = `http://127.0.0.1:${port}/hook`;
        return receiver;
    }
}
