"use client";

import {
  keepPreviousData,
  QueryClient,
  QueryClientProvider,
  type UseQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { z } from "zod";
import type { Endpoint } from "#lib/core/endpoint.ts";
import { AppError } from "#lib/core/errors.ts";
import { subscribe } from "./live-client.ts";
import { callEndpoint, keyOf } from "./request.ts";

const retryable = (error: unknown) =>
  error instanceof AppError && (error.code === "UPSTREAM" || error.detail.status === 503 || error.code === "INTERNAL");

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: (count, error) => count < 3 && retryable(error), refetchOnWindowFocus: true },
    },
  });
}

/** React Query for the whole app. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

type ReadOptions<O> = Pick<UseQueryOptions<O, AppError>, "enabled" | "refetchInterval" | "staleTime"> & {
  /** topics whose changes refetch this, such as `run:<id>` */
  live?: readonly string[];
  /** read again whenever this changes, such as the state of the run behind it: its last change may come between two looks */
  rereadOn?: string;
  /** show the former answer while another page or filter loads */
  keepPrevious?: boolean;
};

/** Reads an endpoint, cached and kept live. */
export function useEndpoint<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
  options: ReadOptions<z.output<O>> = {},
) {
  const { live, keepPrevious, rereadOn, ...rest } = options;
  const result = useQuery<z.output<O>, AppError>({
    queryKey: keyOf(endpoint, input),
    queryFn: ({ signal }) => callEndpoint(endpoint, input, { signal }),
    ...(keepPrevious ? { placeholderData: keepPreviousData as never } : {}),
    ...rest,
  });
  useLive(live ?? [], () => void result.refetch());
  const { refetch } = result;
  const seen = useRef(rereadOn);
  useEffect(() => {
    if (seen.current === rereadOn) return;
    seen.current = rereadOn;
    void refetch();
  }, [rereadOn, refetch]);
  return result;
}

/** Reads a paged endpoint page by page. */
export function usePages<I extends z.ZodObject, T>(
  endpoint: Endpoint<I, z.ZodType<{ items: T[]; nextCursor: string | null }>>,
  input: z.input<I>,
  options: { enabled?: boolean; live?: readonly string[] } = {},
) {
  const result = useInfiniteQuery<{ items: T[]; nextCursor: string | null }, AppError>({
    queryKey: [...keyOf(endpoint, input), "pages"],
    queryFn: ({ signal, pageParam }) =>
      callEndpoint(endpoint, { ...input, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
  });
  useLive(options.live ?? [], () => void result.refetch());
  return result;
}

/** Changes something. `invalidates` names the endpoints whose cached answers are read again; default: all of them. */
export function useMutate<I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  options: {
    onSuccess?(output: z.output<O>): void;
    onError?(error: AppError): void;
    invalidates?: readonly string[];
  } = {},
) {
  const client = useQueryClient();
  return useMutation<z.output<O>, AppError, z.input<I>>({
    mutationFn: (input) => callEndpoint(endpoint, input),
    onSuccess: async (output) => {
      options.onSuccess?.(output);
      const names = options.invalidates;
      await client.invalidateQueries(names ? { predicate: (query) => names.includes(String(query.queryKey[0])) } : {});
    },
    ...(options.onError ? { onError: options.onError } : {}),
  });
}

/** Calls `onChange` when one of the topics changes (at most once a second), and every few seconds while the live stream is away. */
export function useLive(topics: readonly string[], onChange: () => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  const key = topics.join(" ");
  useEffect(() => {
    if (key === "") return;
    return subscribe(key.split(" "), () => latest.current());
  }, [key]);
}
