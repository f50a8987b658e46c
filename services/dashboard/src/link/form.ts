// The form after connecting: its answers, checked before they are sent. The api checks again.
import type { AccountForm, FormField, FormOption } from './contract.ts';
import { inSentence } from './fields.ts';

export type Answer = string | number | boolean | (string | number | boolean)[];
export type Answers = Record<string, Answer>;

/** What the account has so far, as far as it fits the field. */
export function initialAnswers({ fields }: AccountForm): Answers {
    const known = fields.flatMap(({ name, type, value }): [string, Answer][] => {
        const fits =
            type === 'checkbox'
                ? typeof value === 'boolean'
                : type === 'multi_select'
                  ? Array.isArray(value)
                  : typeof value === 'string' || (type === 'select' && typeof value === 'number');
        return fits ? [[name, value as Answer]] : [];
    });
    return Object.fromEntries(known);
}

export function isAnswered(answer: Answer | undefined): boolean {
    return answer !== undefined && answer !== '' && !(Array.isArray(answer) && answer.length === 0);
}

/** By field name; empty if everything may be sent. */
export function problemsOfAnswers(fields: FormField[], answers: Answers): Record<string, string> {
    const missing = fields.filter(({ name, required }) => required && !isAnswered(answers[name]));
    return Object.fromEntries(
        missing.map(({ name, label, type }) => [
            name,
            `${type === 'text' ? 'Enter' : 'Choose'} your ${inSentence(label)}.`,
        ]),
    );
}

/** What counts: without what was left empty. */
export function answered(answers: Answers): Answers {
    return Object.fromEntries(Object.entries(answers).filter(([, answer]) => isAnswered(answer)));
}

/** An answer that is not offered any more is none. */
export function keptOf(answer: Answer | undefined, options: FormOption[]): Answer | undefined {
    const isOffered = (value: Answer) => options.some((option) => option.value === value);
    if (Array.isArray(answer)) return answer.filter(isOffered);
    return answer !== undefined && isOffered(answer) ? answer : undefined;
}
