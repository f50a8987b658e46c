/** The value of a field for a date and time, as the API takes it; null if there is none. */
export function fromLocal(value: string): string | null {
    const time = new Date(value);
    return value === '' || Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** A time of the API as the value of such a field. */
export function toLocal(at: string | null): string {
    if (at === null) return '';
    const time = new Date(at);
    const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
    return shifted.toISOString().slice(0, 16);
}
