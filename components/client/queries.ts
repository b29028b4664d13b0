/** A query of one route with its key; features add what is special (interval, enabled). */
import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import type { RouteAnswer } from '../../server/contract/routes.ts';
import type { EndpointName } from './endpoints.ts';
import { ApiError, type CallInput, call } from './request.ts';

/** Retries only what may pass by itself; keeps old data while refetching. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
        refetchOnWindowFocus: false,
        placeholderData: keepPreviousData,
      },
    },
  });
}

export function routeQuery<N extends EndpointName>(name: N, key: readonly unknown[], input: CallInput<N>) {
  return queryOptions<RouteAnswer<N>, ApiError>({ queryKey: key, queryFn: ({ signal }) => call(name, input, signal) });
}
