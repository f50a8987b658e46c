// An account to try, where the operator offers one.
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { answer } from '../api/client.ts';
import { asApiError, type ApiError } from '../api/error.ts';
import { ErrorNotice } from '../parts/Dialog.tsx';
import { useChange, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

/** Connects it with one press, and goes to where its MCP servers are made. */
export function ConnectDemo() {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const [error, setError] = useState<ApiError>();
    const maySee = useMay('environment:read');
    const mayConnect = useMay('credentials:write');
    const environment = useThing(
        'environment',
        [env],
        (api) => answer(api.GET('/environment/{id}', { params: { path: { id: env } } })),
        { isEnabled: maySee && mayConnect },
    );
    const connect = useChange(['integrated_account', 'environment_integration'], (api, _: void) =>
        answer(api.POST('/integrated-account/demo', { body: {} })),
    );
    if (environment.data?.has_demo !== true) return null;
    async function press() {
        setError(undefined);
        try {
            const { id } = await connect.mutateAsync();
            go(pathOf('account', { env, id, tab: 'mcp-servers' }));
        } catch (refusal) {
            setError(asApiError(refusal));
        }
    }
    return (
        <>
            <Button onPress={() => void press()} pending={connect.isPending ? words.parts.working : undefined}>
                {words.accounts.connectDemo}
            </Button>
            {error !== undefined && <ErrorNotice error={error} />}
        </>
    );
}
