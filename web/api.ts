/** The API, typed by its own OpenAPI document: a changed field fails the type check. */

import createClient from "openapi-fetch";
import type { components, paths } from "./schema";
import { authorized, refusalOf } from "./session";

export type Schemas = components["schemas"];

/**
 * `await of(api.GET("/v1/schools/{school_id}/shifts", { params: { path: { school_id } } }))`.
 *
 * It carries the session and the language, and renews the access token as needed.
 */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => authorized(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws a `Failure`. */
export async function of<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  // openapi-fetch has read the body already.
  throw await refusalOf(new Response(JSON.stringify(error ?? {}), { status: response.status }));
}

/** All pages of a list, at most `most` items. */
export async function all<T>(
  page: (
    cursor: string | undefined,
  ) => Promise<Answer<{ items: T[]; next_cursor?: string | null }>>,
  most = 5000,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const found = await of(page(cursor));
    items.push(...found.items);
    cursor = found.next_cursor ?? undefined;
  } while (cursor && items.length < most);
  return items;
}

/** A file that needs the session, into the phone's downloads. */
export async function download(path: string, name: string): Promise<void> {
  const response = await authorized(path);
  if (!response.ok) throw await refusalOf(response);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
