// Server-sent events (HTML Living Standard, section 9.2.6) out of the body of an answer.

export interface ServerEvent {
    event: string;
    data: string;
}

/** Takes text in any pieces and gives the events that are complete. */
export class EventParser {
    #rest = '';
    #event = '';
    #data: string[] = [];

    push(text: string): ServerEvent[] {
        const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
        this.#rest = lines.pop() ?? '';
        return lines.flatMap((line) => this.#take(line) ?? []);
    }

    #take(line: string): ServerEvent | undefined {
        if (line === '') {
            const { length } = this.#data;
            const done = { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n') };
            this.#event = '';
            this.#data = [];
            return length === 0 ? undefined : done;
        }
        const colon = line.indexOf(':');
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (name === 'event') this.#event = value;
        if (name === 'data') this.#data.push(value);
        return undefined;
    }
}

export async function* readStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
    const parser = new EventParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            yield* parser.push(decoder.decode(value, { stream: true }));
        }
    } finally {
        await reader.cancel().catch(() => undefined);
    }
}
