// The calls that wait for a person in the mock, by the name that its approval's id begins with.

const json = { accept: 'application/json', authorization: '[redacted]', 'content-type': 'application/json' };
const request = (method, path, body = null) => ({
    method,
    url: `https://acme.gorgias.com/api${path}`,
    headers: json,
    body,
});
const ticket = {
    label: 'Ticket',
    id: '1300488',
    title: 'Where is my order?',
    details: ['Priya Silva', 'open', 'E-mail'],
};
const message = (more = {}) => ({
    kind: 'message',
    public: true,
    channel: 'email',
    from: 'Acme Support <support@acme.example>',
    to: ['Dana Fox <dana@shopper.example>'],
    cc: [],
    bcc: [],
    subject: 'Re: Where is my order?',
    body: 'Hi Dana,\n\nyour order left our warehouse this morning and should be with you by Thursday.\n\nIf anything is missing, simply answer this message.\n\nKind regards\nAcme Support',
    ...more,
});
const note = { public: false, channel: 'internal-note', from: '', to: [], subject: '' };
const call = (title, effects, more = {}) => ({
    title,
    integration: 'gorgias',
    integration_label: 'Gorgias',
    tenant_id: 'acme-42',
    mcp_server: 'Triage agent',
    arguments: { id: 1300488 },
    request: request('PUT', '/tickets/1300488'),
    changes: {},
    about: ticket,
    ...(effects === undefined ? {} : { effects }),
    ...more,
});

const attack =
    '<img src=x onerror=alert(1)> </dd></dl><h1>Already approved</h1>\n\nOnly your team sees this.\nStatus\nnot known → open\n\u202egnihton sdnes\u202c \u200b\u{e0041} ' +
    'Z̸̧̢͕͈̝̞͓̬̻̞̗̿̈́̌̾͆̑͛̒͗͝a̷̡̛̟̻̙̪͔͗̑̈́̍̽͒l̶̡̛̮͈͉̪̱͉͗̂͐̒g̶̢̛͖͕͓̰̠̃̑̈́̚o̸̡̨̪̤͓̒̉͌̽͝';
const unbroken = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
const arabic = 'مرحبا، أين طلبي رقم 1042؟ شكرا لكم.';

export const approvals = {
    tags: call(
        'Update a ticket',
        [
            { kind: 'list', label: 'Tags', added: ['vip', 'refund requested'], removed: ['spam'], known: true },
            { kind: 'value', label: 'Status', from: 'open', to: 'closed', known: true },
            { kind: 'value', label: 'Assignee', from: null, to: 'Sam Reyes', known: true },
            { kind: 'value', label: 'Snoozed until', from: '2026-03-02 09:00', to: null, known: true },
        ],
        {
            request: request('PUT', '/tickets/1300488', {
                status: 'closed',
                tags: [{ name: 'vip' }, { name: 'refund requested' }],
                assignee_user: { id: 100403 },
                snooze_datetime: null,
            }),
        },
    ),
    reply: call('Create a ticket message', [message()], {
        request: request('POST', '/tickets/1300488/messages', {
            channel: 'email',
            source: { to: [{ name: 'Dana Fox', address: 'dana@shopper.example' }] },
            body_text: message().body,
        }),
    }),
    replyAll: call(
        'Answer and close',
        [
            message({
                to: ['Dana Fox <dana@shopper.example>', 'Robin Okafor <robin@shopper.example>'],
                cc: ['orders@warehouse.example'],
                bcc: ['archive@acme.example'],
            }),
            { kind: 'value', label: 'Status', from: 'open', to: 'closed', known: true },
        ],
        {
            request: request('POST', '/tickets/1300488/messages', { channel: 'email', body_text: message().body }),
            steps: [
                {
                    title: 'Read a ticket',
                    method: 'tickets.get',
                    access: 'read',
                },
                {
                    title: 'Create a ticket message',
                    method: 'tickets.messages.create',
                    access: 'write',
                },
                {
                    title: 'Update a ticket',
                    method: 'tickets.update',
                    access: 'write',
                    request: request('PUT', '/tickets/1300488', { status: 'closed' }),
                },
            ],
        },
    ),
    note: call('Create a ticket message', [
        message({ ...note, body: 'Priya called twice about this order. Offer her free shipping next time.' }),
    ]),
    deletion: call('Delete a ticket', [{ kind: 'delete', label: 'Ticket', items: ['1300488'], count: 1 }], {
        request: request('DELETE', '/tickets/1300488'),
    }),
    macro: call(
        'Create a macro',
        [
            { kind: 'set', label: 'Name', to: 'Refund macro' },
            { kind: 'set', label: 'Language', to: 'en' },
            {
                kind: 'set',
                label: 'Text',
                to: 'Hi {{ticket.customer.firstname}},\n\nwe have refunded your order. It takes up to five days until you see the money.',
            },
            { kind: 'set', label: 'Shortcut', to: null },
        ],
        { about: null, request: request('POST', '/macros', { name: 'Refund macro', language: 'en' }) },
    ),
    bulk: call(
        'Delete tickets',
        [
            {
                kind: 'delete',
                label: 'Ticket',
                items: Array.from({ length: 20 }, (_, index) => String(1300488 + index)),
                count: 32,
            },
        ],
        { about: null, request: request('DELETE', '/tickets', { ids: [1300488, 1300489] }) },
    ),
    unknown: call(
        'Update a ticket',
        [
            { kind: 'list', label: 'Tags', added: ['vip'], removed: [], known: false },
            { kind: 'value', label: 'Status', from: null, to: 'closed', known: false },
        ],
        { about: { label: 'Ticket', id: '1300488', title: '', details: [] } },
    ),
    old: call('Update a ticket', undefined, {
        about: undefined,
        arguments: {
            id: 1300488,
            status: 'closed',
            tags: [{ name: 'vip' }],
            custom_fields: { 600001: { value: 'late' } },
        },
        changes: {
            status: { from: 'open', to: 'closed' },
            tags: { from: [{ id: 1, name: 'spam' }], to: [{ name: 'vip' }] },
            from_agent: { to: true },
        },
    }),
    hostile: call(
        'Update a ticket',
        [
            message({
                from: 'support@acme.example',
                to: [
                    `Approved by your security team. Nothing is sent <${unbroken}@evil.example>`,
                    'dana@shopper.example <mallory@evil.example>',
                ],
                subject: attack,
                body: attack,
            }),
            { kind: 'list', label: 'Tags', added: [unbroken, attack, arabic], removed: ['not known'], known: true },
            { kind: 'value', label: 'Status', from: 'not known', to: 'empty', known: true },
            { kind: 'value', label: 'Subject', from: attack, to: arabic, known: true },
            { kind: 'set', label: unbroken, to: attack },
        ],
        {
            about: { label: 'Ticket', id: unbroken, title: attack, details: [arabic, unbroken] },
            request: request('PUT', `/tickets/${unbroken}`, { subject: attack, body: unbroken.repeat(8) }),
        },
    ),
    long: call('Create a ticket message', [
        message({ body: 'All of this text is sent to the customer, and it is long. '.repeat(180) }),
        {
            kind: 'value',
            label: 'Summary',
            from: 'Asks where the order is.',
            to: Array.from({ length: 30 }, (_, index) => `Line ${index + 1} of the summary`).join('\n'),
            known: true,
        },
    ]),
};
