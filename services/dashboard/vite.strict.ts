import type { Plugin } from 'vite';

// Scalar adds style elements and style attributes, which `style-src 'self'` refuses. Here they become calls of the DOM and
// of adopted style sheets, which it allows. What our page does not show is left out. A mend that finds nothing any more ends
// the build, so that a new version of Scalar is looked at.
interface Mend {
    module: RegExp;
    change: [from: string | RegExp, to: string][];
}

const mends: Mend[] = [
    {
        // The style of its notices.
        module: /@scalar\/use-toasts\/dist\/index\.js$/,
        change: [
            ['document.createElement("style")', 'new CSSStyleSheet()'],
            [
                /elementStyle\.appendChild\(document\.createTextNode\(("(?:[^"\\]|\\.)*")\)\)/,
                'elementStyle.replaceSync($1)',
            ],
            ['document.head.appendChild(elementStyle)', 'document.adoptedStyleSheets.push(elementStyle)'],
        ],
    },
    {
        // Its theme: ours is in reference.css.
        module: /@scalar\/api-reference\/dist\/components\/ApiReference\.vue_vue_type_script_setup_true_lang\.js$/,
        change: [
            [
                /\(openBlock\(\), createBlock\(resolveDynamicComponent\("style"\), \{ innerHTML: styleContent\.value \}, null, 8, \["innerHTML"\]\)\)/,
                'createCommentVNode("theme")',
            ],
        ],
    },
    {
        // How wide a scroll bar is.
        module: /@scalar\/themes\/dist\/index\.js$/,
        change: [[/(\w+)\.setAttribute\("style", ("[^"]*")\)/g, '$1.style.cssText = $2']],
    },
    {
        // How wide the numbers of lines are: in reference.css.
        module: /@scalar\/code-highlight\/dist\/chunks\/code\.js$/,
        change: [[/node\.properties\.style = `[^`]*`;/, '']],
    },
    {
        module: /@scalar\/highlight\/dist\/compat\/syntax-highlight\.js$/,
        change: [[/\? ` style="--line-count: [^`]*`/, '? ""']],
    },
    {
        // The list below its search is always open; ARIA wants that said.
        module: /@scalar\/api-reference\/dist\/features\/Search\/components\/SearchModal\.vue_vue_type_script_setup_true_lang\.js$/,
        change: [['role: "combobox",', 'role: "combobox", "aria-expanded": "true",']],
    },
    {
        // Its search takes "mint" for "integration". A word that is not there may differ in one letter of ten.
        module: /@scalar\/api-reference\/dist\/features\/Search\/helpers\/create-fuse-instance\.js$/,
        change: [['threshold: .3', 'threshold: .1']],
    },
];

/** Modules that are left out: a chat with a model of Scalar's, what Scalar sells, and icons that no tag of ours names. */
const left: [RegExp, string][] = [
    [/\/AgentScalar\/AgentScalarDrawer\.vue\.js$/, 'export default {};'],
    [/\/explore-scalar\/components\/ExploreScalarModal\.vue\.js$/, 'export default {};'],
    [/\/explore-scalar\/index\.js$/, 'export const ExploreScalarButton = {};'],
    [
        /@scalar\/icons\/dist\/library\/icons\.js$/,
        'export const libraryIcons = []; export const getLibraryIcon = async () => undefined;',
    ],
];

export function strict(): Plugin {
    const found = new Set<RegExp>();
    return {
        name: 'strict',
        apply: 'build',
        load(id) {
            const [pattern, text] = left.find(([pattern]) => pattern.test(id)) ?? [];
            if (pattern === undefined || text === undefined) return null;
            found.add(pattern);
            return text;
        },
        transform(code, id) {
            const mend = mends.find(({ module }) => module.test(id));
            if (mend === undefined) return null;
            found.add(mend.module);
            let mended = code;
            for (const [from, to] of mend.change) {
                const before = mended;
                mended = mended.replace(from, to);
                if (mended === before) this.error(`vite.strict.ts: ${String(from)} is no longer in ${id}`);
            }
            return { code: mended, map: null };
        },
        buildEnd(error) {
            const missing = [...mends.map(({ module }) => module), ...left.map(([pattern]) => pattern)].filter(
                (pattern) => !found.has(pattern),
            );
            if (error === undefined && missing.length > 0)
                this.error(`vite.strict.ts: nothing is ${missing.join(', ')}`);
        },
    };
}
