// Where a sign-in goes on.
import type { Me } from './contract.ts';
import type { Failure } from './failure.ts';

/** start: what the page asks first.  code: of the second factor.  forgot: for which e-mail.  sent: that was asked. */
export type Step = 'start' | 'code' | 'forgot' | 'sent';

/** After an attempt that failed at `step`. */
export function stepAfter({ kind, fields }: Failure, step: Step): Step {
    if (kind === 'code') return 'code';
    // Only what the first step asked for can be corrected by going back to it.
    return kind === 'wrong' || (kind === 'fields' && !('code' in fields)) ? 'start' : step;
}

/** That the code is needed is no mistake: it has just been asked for. */
export function isMistake({ kind }: Failure, step: Step): boolean {
    return kind !== 'code' || step === 'code';
}

/** Whether who is signed in need not sign in again: not if the address asks for another team. */
export function isEnough({ team }: Me, asked: string | undefined): boolean {
    return asked === undefined || asked === team.id || asked === team.name;
}
