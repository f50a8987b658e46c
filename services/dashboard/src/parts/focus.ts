/** The controls in which something is entered, in their order. */
const controls = 'input:not([type="hidden"]), select, textarea';

function isEmpty(control: Element): boolean {
    if (control instanceof HTMLInputElement && control.type !== 'checkbox')
        return control.value === '' && !control.readOnly;
    if (control instanceof HTMLSelectElement) return control.value === '-1' || control.value === '';
    return control instanceof HTMLTextAreaElement && control.value === '';
}

/** Until then sluice-link.js has given a frame the height of what it shows. */
const frameSizedMs = 400;

/**
 * Where typing is to begin: the first control that is empty, unless it cannot be used yet. Scrolls this page to it, but
 * never the page around a frame.
 */
export function focusFirstEmpty(form: HTMLElement | null): void {
    const first = [...(form?.querySelectorAll(controls) ?? [])].find(isEmpty) as HTMLInputElement | undefined;
    if (first === undefined || first.disabled) return;
    first.focus({ preventScroll: true });
    const show = () => {
        const { bottom } = first.getBoundingClientRect();
        const isBelow = bottom > window.innerHeight;
        if (isBelow && document.activeElement === first) window.scrollBy({ top: bottom - window.innerHeight / 2 });
    };
    if (window.parent === window) show();
    else setTimeout(show, frameSizedMs);
}

/**
 * When the page around a frame gives it the focus, the browser takes it from what has it inside; here it is given back.
 */
export function keepFocusInFrame(): void {
    if (window.parent === window) return;
    let last: HTMLElement | undefined;
    document.addEventListener('focusin', ({ target }) => {
        if (target instanceof HTMLElement) last = target;
    });
    window.addEventListener('focus', () => {
        const isNowhere = document.activeElement === null || document.activeElement === document.body;
        if (isNowhere && last?.isConnected === true) last.focus({ preventScroll: true });
    });
}
