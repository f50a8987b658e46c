/** An app whose team has not given it a name. */
export const nameless = 'this app';

/** The app's name where a sentence starts; a name like "iCal" stays as it is. */
export function atStart(app: string): string {
    return app === nameless ? 'This app' : app;
}
