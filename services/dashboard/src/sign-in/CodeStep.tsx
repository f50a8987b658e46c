import { useEffect, useRef, useState } from 'react';
import { Button } from '../parts/Button.tsx';
import { KeyLarge } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';
import type { Entry } from './entry.ts';
import type { Failure } from './failure.ts';
import { FieldsForm } from './FieldsForm.tsx';
import { code, recoveryCode } from './fields.ts';

const ofApp = [code];
const ofRecovery = [recoveryCode];

/** Asks for the second factor; `onSend` makes the attempt again with it. */
export function CodeStep({ entry, onSend }: { entry: Entry; onSend: (code: string) => void }) {
    const box = useRef<HTMLDivElement>(null);
    const [hasNoApp, setHasNoApp] = useState(false);
    const [given, setGiven] = useState('');
    /** Of the other kind of code. */
    const [old, setOld] = useState<Failure>();
    // There is one thing to do here.
    useEffect(() => box.current?.querySelector('input')?.focus(), [hasNoApp]);

    function swap() {
        setHasNoApp(!hasNoApp);
        setGiven('');
        setOld(entry.failure);
    }
    return (
        <div className="step" ref={box}>
            <div className="emblem">
                <KeyLarge />
            </div>
            <PageTitle title={hasNoApp ? 'Enter a recovery code' : 'Enter your code'}>
                {hasNoApp
                    ? 'It takes the place of the code from your app.'
                    : 'It is the second factor that you set up.'}
            </PageTitle>
            <FieldsForm
                key={hasNoApp ? 'recovery' : 'app'}
                fields={hasNoApp ? ofRecovery : ofApp}
                values={{ code: given }}
                onValue={(_name, value) => setGiven(value)}
                failure={entry.failure === old ? undefined : entry.failure}
                pending={entry.isPending ? 'Signing in…' : undefined}
                submit="Sign in"
                onSend={({ code: sent = '' }) => onSend(sent)}
            />
            <Button kind="quiet" onPress={swap}>
                {hasNoApp ? 'Use the code from your app' : 'Use a recovery code'}
            </Button>
        </div>
    );
}
