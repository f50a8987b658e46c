import type { Schemas } from './api/client.ts';

export type EventType = Schemas['EventType'];

/** Those that can be subscribed to. */
export const eventTypes: EventType[] = [
    'integrated_account:created',
    'integrated_account:updated',
    'integrated_account:active',
    'integrated_account:post_install_error',
    'integrated_account:validation_error',
    'integrated_account:authentication_error',
    'integrated_account:reactivated',
    'integrated_account:deleted',
    'rate_limit:warning',
    'environment_integration:app_refused',
    'environment_integration:reactivated',
    'approval:requested',
    'approval:approved',
    'approval:declined',
];

export const eventOptions = eventTypes.map((value) => ({ value, label: value }));
