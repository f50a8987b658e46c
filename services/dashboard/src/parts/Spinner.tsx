/** With an empty label it is decoration beside a text. */
export function Spinner({ label, large = false }: { label: string; large?: boolean }) {
    const name = large ? 'spinner spinner-large' : 'spinner';
    return label === '' ? (
        <span className={name} aria-hidden="true" />
    ) : (
        <span className={name} role="img" aria-label={label} />
    );
}
