// How pages read: one thing, or a list page by page. The first part of a key is the environment, the second the kind of
// thing, so that a change of the kind makes all of them be read again.
import {
    keepPreviousData,
    QueryClient,
    useInfiniteQuery,
    useMutation,
    useQuery,
    useQueryClient,
    type UseMutationResult,
    type UseQueryResult,
} from '@tanstack/react-query';
import { answer, apiOf, type Api } from './api/client.ts';
import { asApiError, mayRetry, type ApiError } from './api/error.ts';
import type { paths } from './api/schema.ts';
import { useEnvironment } from './session.ts';

export type Kind =
    | 'me'
    | 'integrated_account'
    | 'mcp_server'
    | 'approval'
    | 'log'
    | 'integration'
    | 'environment_integration'
    | 'documentation'
    | 'webhook'
    | 'notification_destination'
    | 'api_token'
    | 'environment'
    | 'user'
    | 'identity_provider'
    | 'audit'
    | 'session'
    | 'permission';

export const queryClient = new QueryClient({
    defaultOptions: {
        queries: {
            staleTime: 5000,
            retry: (count, error) => count < 2 && mayRetry(error),
            retryDelay: (count) => 500 * 2 ** count,
            refetchOnWindowFocus: true,
        },
        mutations: { retry: false },
    },
});

/** One thing. Without `isEnabled` it is asked for at once. */
export function useThing<T>(
    kind: Kind,
    key: readonly unknown[],
    read: (api: Api) => Promise<T>,
    options: { isEnabled?: boolean; everyMs?: number | undefined; keeps?: boolean; staleMs?: number } = {},
): UseQueryResult<T, ApiError> {
    const environment = useEnvironment();
    return useQuery<T, ApiError>({
        queryKey: [environment, kind, ...key],
        queryFn: () => read(apiOf(environment)),
        enabled: options.isEnabled ?? true,
        ...(options.staleMs === undefined ? {} : { staleTime: options.staleMs }),
        ...(options.everyMs === undefined ? {} : { refetchInterval: options.everyMs }),
        ...(options.keeps === true ? { placeholderData: keepPreviousData } : {}),
    });
}

/** The routes that answer a list. */
type ListOf<Path extends keyof paths> = paths[Path] extends {
    get: { responses: { 200: { content: { 'application/json': { result: (infer Row)[] } } } } };
}
    ? Row
    : never;
export type ListPath = { [Path in keyof paths]: [ListOf<Path>] extends [never] ? never : Path }[keyof paths];
export type RowOf<Path extends ListPath> = ListOf<Path>;
type QueryOf<Path extends ListPath> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
    ? NonNullable<Query>
    : never;
type PathOf<Path extends ListPath> = paths[Path] extends { get: { parameters: { path: infer Parts } } } ? Parts : never;

export interface List<Row> {
    rows: Row[];
    isLoading: boolean;
    error: ApiError | null;
    hasMore: boolean;
    isLoadingMore: boolean;
    loadMore: () => void;
    retry: () => void;
}

const pageSize = 100;

export function useList<Path extends ListPath>(
    kind: Kind,
    path: Path,
    query: Omit<QueryOf<Path>, 'limit' | 'next_cursor'>,
    options: { parts?: PathOf<Path>; isEnabled?: boolean; everyMs?: number | undefined; limit?: number } = {},
): List<RowOf<Path>> {
    const environment = useEnvironment();
    const found = useInfiniteQuery({
        queryKey: [environment, kind, 'list', path, options.parts ?? null, query],
        queryFn: async ({ pageParam }) => {
            const api = apiOf(environment) as unknown as {
                GET: (path: string, init: object) => Promise<never>;
            };
            const params = {
                path: options.parts ?? {},
                query: {
                    ...query,
                    limit: options.limit ?? pageSize,
                    ...(pageParam === '' ? {} : { next_cursor: pageParam }),
                },
            };
            return answer<{ result: RowOf<Path>[]; next_cursor: string | null }>(api.GET(path, { params }));
        },
        initialPageParam: '',
        getNextPageParam: (last) => last.next_cursor ?? undefined,
        enabled: options.isEnabled ?? true,
        ...(options.everyMs === undefined ? {} : { refetchInterval: options.everyMs }),
    });
    return {
        rows: found.data?.pages.flatMap(({ result }) => result) ?? [],
        isLoading: found.isLoading,
        error: found.data === undefined && found.error !== null ? asApiError(found.error) : null,
        hasMore: found.hasNextPage,
        isLoadingMore: found.isFetchingNextPage,
        loadMore: () => {
            if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
        },
        retry: () => void found.refetch(),
    };
}

/** A change; what it touches is read again before it counts as done. */
export function useChange<Given, T>(
    touches: readonly Kind[],
    change: (api: Api, given: Given) => Promise<T>,
): UseMutationResult<T, ApiError, Given> {
    const environment = useEnvironment();
    const cache = useQueryClient();
    return useMutation<T, ApiError, Given>({
        mutationFn: (given) => change(apiOf(environment), given),
        onSuccess: async () => {
            await Promise.all(
                touches.map((kind) =>
                    cache.invalidateQueries(
                        { predicate: ({ queryKey }) => queryKey[1] === kind },
                        { cancelRefetch: true },
                    ),
                ),
            );
        },
    });
}
