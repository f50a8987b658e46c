// Which webhooks do not answer, as far as the newest deliveries tell.

export interface Delivery {
    webhook_id: string;
    delivery_id: string;
    http_status_code: number | null;
    error: string | null;
}

/** Those whose last attempt failed, among the deliveries that are known. */
export function failingWebhooks(deliveries: Delivery[]): [id: string, { failed: number; error: string }][] {
    const found = new Map<string, { failed: number; error: string; isOver: boolean }>();
    for (const { webhook_id, http_status_code, error } of deliveries) {
        const isOk = http_status_code !== null && http_status_code >= 200 && http_status_code < 300;
        const old = found.get(webhook_id);
        if (old?.isOver === true) continue;
        if (isOk) found.set(webhook_id, { failed: old?.failed ?? 0, error: old?.error ?? '', isOver: true });
        else
            found.set(webhook_id, {
                failed: (old?.failed ?? 0) + 1,
                error: old?.error || (error ?? String(http_status_code ?? '')),
                isOver: false,
            });
    }
    return [...found].filter(([, { failed }]) => failed > 0);
}
