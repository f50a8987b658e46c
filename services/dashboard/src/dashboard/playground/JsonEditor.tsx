// CodeMirror in a shadow root: there it sets its styles without a style element, which the policy of the pages refuses.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { linter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { Problem } from './schema.ts';

interface Props {
    label: string;
    value: string;
    onChange: (value: string) => void;
    check: (value: unknown) => Problem[];
}

const colors = HighlightStyle.define([
    { tag: tags.propertyName, color: 'var(--accent-ink)' },
    { tag: tags.string, color: 'var(--success)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
]);

const look = EditorView.theme({
    '&': { fontSize: '12.5px', backgroundColor: 'var(--card)', color: 'var(--text)' },
    '.cm-content': { fontFamily: 'var(--mono)', padding: '10px 0', caretColor: 'var(--text)', minHeight: '180px' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '.cm-line': { padding: '0 12px' },
    '.cm-scroller': { maxHeight: '420px', overflow: 'auto', lineHeight: '1.55' },
    '&.cm-focused': { outline: '2px solid var(--accent-ink)', outlineOffset: '-1px' },
    '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
        background: 'color-mix(in srgb, var(--accent-ink) 22%, transparent) !important',
    },
    '.cm-tooltip': {
        border: '1px solid var(--line)',
        borderRadius: '8px',
        backgroundColor: 'var(--card)',
        color: 'var(--text)',
        overflow: 'hidden',
    },
    '.cm-diagnostic-error': { borderLeftColor: 'var(--problem)' },
});

/** Where the value of a JSON pointer stands in the text. */
function rangeOf(state: EditorState, path: string): { from: number; to: number } {
    let node = syntaxTree(state).topNode.firstChild;
    for (const part of path.split('/').slice(1)) {
        if (node === null) break;
        const wanted = part.replaceAll('~1', '/').replaceAll('~0', '~');
        const children: (typeof node)[] = [];
        for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
        if (node.name === 'Object') {
            const property = children.find((child) => {
                if (child.name !== 'Property' || child.firstChild === null) return false;
                const name = state.sliceDoc(child.firstChild.from, child.firstChild.to);
                return name === JSON.stringify(wanted);
            });
            node = property?.lastChild ?? null;
        } else if (node.name === 'Array') {
            const values = children.filter(({ name }) => !/^[[\],]$/.test(name));
            node = values[Number(wanted)] ?? null;
        }
    }
    return node === null ? { from: 0, to: Math.min(1, state.doc.length) } : { from: node.from, to: node.to };
}

export default function JsonEditor({ label, value, onChange, check }: Props) {
    const host = useRef<HTMLDivElement>(null);
    const editor = useRef<EditorView>(undefined);
    const latest = useRef({ onChange, check });
    latest.current = { onChange, check };

    useEffect(() => {
        if (host.current === null) return undefined;
        const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
        const parse = jsonParseLinter();
        const checked = (view: EditorView): Diagnostic[] => {
            if (view.state.doc.toString().trim() === '') return [];
            const broken = parse(view);
            if (broken.length > 0) return broken;
            const problems = latest.current.check(JSON.parse(view.state.doc.toString()));
            return problems.map(({ path, message }) => ({
                ...rangeOf(view.state, path),
                severity: 'error' as const,
                message,
            }));
        };
        const view = new EditorView({
            root,
            parent: root as unknown as Element,
            state: EditorState.create({
                doc: value,
                extensions: [
                    history(),
                    drawSelection(),
                    indentOnInput(),
                    bracketMatching(),
                    json(),
                    syntaxHighlighting(colors),
                    linter(checked, { delay: 200 }),
                    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
                    EditorView.lineWrapping,
                    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
                    EditorView.updateListener.of((update) => {
                        if (update.docChanged) latest.current.onChange(update.state.doc.toString());
                    }),
                    look,
                ],
            }),
        });
        editor.current = view;
        return () => view.destroy();
        // The editor has the text from then on; another text makes another editor (`key`).
    }, []);
    return <div ref={host} className="json-editor" />;
}
