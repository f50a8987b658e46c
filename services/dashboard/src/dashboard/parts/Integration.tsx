import { Tile } from '../../parts/Tile.tsx';
import { answer } from '../api/client.ts';
import { useThing } from '../queries.ts';

/** The mark of a definition, and the name of the integration. */
export function IntegrationName({ name, id }: { name: string; id: string }) {
    const integration = useIntegration(id);
    return (
        <span className="named">
            <Tile name={name} mark={markOf(integration.data)} small />
            <span>{integration.data?.label ?? name}</span>
        </span>
    );
}

export function IntegrationTile({ name, id }: { name: string; id: string }) {
    return <Tile name={name} mark={markOf(useIntegration(id).data)} small />;
}

const longMs = 3_600_000;

export function useIntegration(id: string) {
    return useThing('integration', [id], (api) => answer(api.GET('/integration/{id}', { params: { path: { id } } })), {
        isEnabled: id !== '',
        staleMs: longMs,
    });
}

export function markOf(integration: { config: { [key: string]: unknown } } | undefined): string | undefined {
    const logo = integration?.config['logo'];
    return typeof logo === 'string' ? logo : undefined;
}
