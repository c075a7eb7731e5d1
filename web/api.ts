/** The API, typed by its own OpenAPI document: a changed field fails the type check. */

import type { Client } from "openapi-fetch";
import { Unreached } from "./failure";
import type { components, paths } from "./schema";
import { authorized, refusalOf } from "./session";

export type Schemas = components["schemas"];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What `openapi-fetch`'s types let a call give; its code would be a tenth of a parent's page. */
interface Call {
  params?: {
    path?: Record<string, unknown>;
    query?: Record<string, unknown>;
    header?: Record<string, string>;
  };
  body?: unknown;
  signal?: AbortSignal;
  /** It goes on when the page does not. */
  keepalive?: boolean;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function addressOf(pattern: string, { path, query }: NonNullable<Call["params"]>): string {
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path?.[name])),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of [value].flat()) if (each != null) asked.append(name, String(each));
  }
  return asked.size ? `${filled}?${asked}` : filled;
}

/** A connection that died without a word must not keep a button busy for minutes. */
const PATIENCE_MS = 30_000;

async function send(method: string, pattern: string, call: Call = {}): Promise<Answer<unknown>> {
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, PATIENCE_MS);
  call.signal?.addEventListener("abort", end);
  try {
    return await sendUntil(over.signal, method, pattern, call);
  } catch (error) {
    if (over.signal.aborted && !call.signal?.aborted) throw new Unreached();
    throw error;
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", end);
  }
}

async function sendUntil(
  signal: AbortSignal,
  method: string,
  pattern: string,
  { params = {}, body, keepalive = false }: Call,
): Promise<Answer<unknown>> {
  const response = await authorized(addressOf(pattern, params), {
    method,
    keepalive,
    signal,
    headers: {
      ...params.header,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) return { response };
  const text = await response.text();
  return { response, data: text ? JSON.parse(text) : undefined };
}

/**
 * `await of(api.GET("/v1/schools/{school_id}/shifts", { params: { path: { school_id } } }))`.
 *
 * It carries the session and the language, and renews the access token as needed.
 */
export const api = Object.fromEntries(
  METHODS.map((method) => [method, (path: string, call?: Call) => send(method, path, call)]),
) as unknown as Pick<Client<paths>, (typeof METHODS)[number]>;

/** The data of an answer. Throws a `Failure`. */
export async function of<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, response } = await asked;
  if (response.ok) return data as T;
  throw await refusalOf(response);
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
