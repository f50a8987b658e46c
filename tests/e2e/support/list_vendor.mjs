// A vendor with a list of so many records, which it gives in every way that a definition can describe.
import { createServer } from 'node:http';

export const all = 1000;
export const apiKey = 'key-that-stays-here';

/// The records after the first `from`, at most `size`.
function slice(from, size) {
    const records = Array.from({ length: Math.max(0, Math.min(size, all - from)) }, (_, i) => ({ id: from + i + 1 }));
    return { records, end: from + records.length, isLast: from + records.length >= all };
}

const number = (text, fallback) => (text === null || text === undefined ? fallback : Number(text));
const byPage = (asked, first = 1) => slice((number(asked.query.get('page'), NaN) - first) * asked.size, asked.size);
const byOffset = (asked) => slice(number(asked.query.get('offset'), NaN), asked.size);
const byCursor = (asked) => slice(number(asked.query.get('cursor'), 0), asked.size);
const withNext = ({ records, end, isLast }, last) => ({ data: records, ...(isLast ? last : { next: `c${end}` }) });
const byText = (asked) => slice(number(asked.query.get('cursor')?.slice(1), 0), asked.size);
/// The address of the next page, with the key of the account as many vendors repeat it.
const address = (asked, { end }, before) => `${before}?cursor=${end}&limit=${asked.size}&api_key=${apiKey}`;

function byRange(asked, total) {
    const [, start, end] = asked.headers.range.match(/^items=(\d+)-(\d+)$/).map(Number);
    if (start >= all) return { status: 416, headers: { 'content-range': `*/${total}` }, body: { message: 'No such range.' } };
    const { records, end: after } = slice(start, end - start + 1);
    return { status: 206, headers: { 'content-range': `items ${start}-${after - 1}/${total}` }, body: records };
}

const page = 'page_parameter: page, limit_parameter: limit';
const offset = 'offset_parameter: offset, limit_parameter: limit';
const cursor = 'next: next, cursor_parameter: cursor, limit_parameter: limit';

/// Each way: the definition's `pagination`, and how the vendor answers.
export const ways = [
    ['page', 'short', page, (asked) => ({ data: byPage(asked).records })],
    ['page', 'absent', page, (asked) => (byPage(asked).records.length ? { data: byPage(asked).records } : {}), { empty: '[absent]' }],
    ['page', 'null', `${page}, first_page: 0`, (asked) => ({ data: byPage(asked, 0).records.length ? byPage(asked, 0).records : null }), { empty: '["null"]' }],
    ['page', 'total', `${page}, total: meta.total`, (asked) => ({ data: byPage(asked).records, meta: { total: all } })],
    ['page', 'total_pages', `${page}, total_pages: pages`, (asked) => ({ data: byPage(asked).records, pages: Math.ceil(all / asked.size) })],
    ['page', 'total_header', `${page}, total_header: x-total-count`, (asked) => ({ headers: { 'x-total-count': all }, body: byPage(asked).records }), { items: '""' }],
    ['page', 'has_more', `${page}, has_more: more`, (asked) => ({ data: byPage(asked).records, more: !byPage(asked).isLast })],
    ['page', 'until_empty', `${page}, until_empty: true`, (asked) => ({ data: slice((number(asked.query.get('page')) - 1) * 9, 9).records })],
    ['offset', 'short', offset, (asked) => byOffset(asked).records, { items: '""' }],
    ['offset', 'total', `${offset}, total: total`, (asked) => ({ total: String(all), data: byOffset(asked).records })],
    ['offset', 'has_more', `${offset}, has_more: more`, (asked) => {
        const more = slice(number(asked.query.get('offset')), asked.size + 15); // More than it is asked for.
        return { data: more.records, more: !more.isLast };
    }],
    ['cursor', 'absent', cursor, (asked) => withNext(byText(asked), {})],
    ['cursor', 'null', cursor, (asked) => withNext(byText(asked), { next: null })],
    ['cursor', 'empty', cursor, (asked) => withNext(byText(asked), { next: '' })],
    ['cursor', 'has_more', `${cursor}, has_more: more`, (asked) => ({ ...withNext(byText(asked), { next: 'c1' }), more: !byText(asked).isLast })],
    ['cursor', 'last record', 'next_from_last: id, has_more: has_more, cursor_parameter: cursor, limit_parameter: limit', (asked) => ({
        has_more: !byCursor(asked).isLast,
        data: byCursor(asked).records,
    })],
    ['cursor', 'in body', 'next: next, cursor_parameter: after, limit_parameter: limit, in_body: true', (asked) => {
        const { records, end, isLast } = slice(asked.body.after ?? 0, asked.body.limit ?? 30);
        return { data: records, next: isLast ? null : end };
    }, { verb: 'post' }],
    ['link_header', 'absent', 'limit_parameter: limit', (asked) => {
        const part = byCursor(asked);
        const next = `, <${address(asked, part, asked.origin + asked.path)}>; rel="next"`;
        return { headers: { link: `<?cursor=0>; rel="first"${part.isLast ? '' : next}` }, body: part.records };
    }, { items: '""' }],
    ['url', 'null', 'next: links.next, limit_parameter: limit', (asked) => {
        const part = byCursor(asked);
        return { data: part.records, links: { next: part.isLast ? null : address(asked, part, asked.origin + asked.path) } };
    }],
    ['url', 'absent', 'next: links.next, limit_parameter: limit', (asked) => {
        const part = byCursor(asked);
        return { data: part.records, ...(!part.isLast && { links: { next: address(asked, part, '') } }) };
    }],
    ['range', 'total', 'unit: items', (asked) => byRange(asked, all), { items: '""' }],
    ['range', '416', 'unit: items', (asked) => byRange(asked, '*'), { items: '""' }],
    ['range', 'parameters', 'start_parameter: from, end_parameter: to', (asked) => {
        const from = number(asked.query.get('from'));
        return { data: slice(from, number(asked.query.get('to')) - from + 1).records };
    }],
].map(([format, ending, settings, answer, { items = 'data', empty = '[]', verb = 'get' } = {}], index) => ({
    name: `${format}, ${ending}`,
    resource: `list${index}`,
    pagination: `{format: ${format}, empty: ${empty}, config: {items: ${items}, max_limit: 100, default_limit: 100, ${settings}}}`,
    answer,
    verb,
    calls: 0,
}));

const asManifest = ({ resource, pagination }) => `
  ${resource}:
    methods:
      list: {operation: ${resource}, access: read, paginated: true, pagination: ${pagination}}`;

/// The definition of the vendor at an address.
export const manifestFor = (url) => `name: listing
label: Listing
category: test
openapi: openapi.yaml
base_url: "${url}"
credentials:
  api_key:
    label: Key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: query, config: {name: api_key, token: "{{context.api_key}}"}}
resources:${ways.map(asManifest).join('')}${asManifest({ resource: 'astray', pagination: '{format: url, config: {items: data, next: next}}' })}
`;

const operation = (resource, verb) => ({
    [verb]: {
        operationId: resource,
        summary: `List ${resource}`,
        description: 'Lists records.',
        ...(verb === 'post' && { requestBody: { content: { 'application/json': { schema: { type: 'object', properties: {} } } } } }),
        responses: { 200: { description: 'Records.' } },
    },
});
export const openapi = {
    openapi: '3.1.0',
    info: { title: 'Listing', version: '1' },
    paths: Object.fromEntries([...ways, { resource: 'astray', verb: 'get' }].map(({ resource, verb }) => [`/${resource}`, operation(resource, verb)])),
};

/// The vendor, on a port of its own. `astray` is where the resource of that name says that its next page is.
export async function startListVendor(scope) {
    const vendor = { astray: '', strangers: [] };
    const server = createServer(async (request, response) => {
        const url = new URL(request.url, `http://${request.headers.host}`);
        let text = '';
        for await (const part of request) text += part;
        const send = (status, headers, body) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
        if (url.searchParams.getAll('api_key').join() !== apiKey) return send(401, {}, { message: 'No such key.' });
        if (url.pathname === '/astray') return send(200, {}, { data: [{ id: 1 }], next: vendor.astray });
        const way = ways.find(({ resource }) => url.pathname === `/${resource}`);
        if (!way) return send(404, {}, { message: 'No such list.' });
        way.calls += 1;
        const asked = {
            query: url.searchParams,
            size: number(url.searchParams.get('limit'), 30),
            headers: request.headers,
            body: text ? JSON.parse(text) : {},
            origin: url.origin,
            path: url.pathname,
        };
        const answer = way.answer(asked);
        return answer.body ? send(answer.status ?? 200, answer.headers, answer.body) : send(200, {}, answer);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    scope.after(() => server.close());
    vendor.url = `http://127.0.0.1:${server.address().port}`;
    return vendor;
}
