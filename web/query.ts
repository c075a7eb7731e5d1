/** Data of the screen: the last copy at once, then the truth, and honest about which it is. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { isFailure, isNoMore } from "./failure";
import { accountId } from "./session";
import { keepSeen, seen } from "./store";

export interface Query<T> {
  readonly data: Signal<T | null>;
  /** When `data` was loaded, ms; null: never. */
  readonly at: ReadonlySignal<number | null>;
  /** Why the last attempt brought nothing; null: it did. */
  readonly failure: ReadonlySignal<unknown>;
  readonly busy: ReadonlySignal<boolean>;
  reload(): Promise<void>;
}

export interface Options {
  /** Keep a copy on the phone, to be shown without a network; default true. */
  keeps?: boolean;
}

export function makeQuery<T>(key: string, load: () => Promise<T>, keeps: boolean): Query<T> {
  const data = signal<T | null>(null);
  const at = signal<number | null>(null);
  const failure = signal<unknown>(null);
  const busy = signal(false);
  let turn = 0;

  async function reload(): Promise<void> {
    const mine = ++turn;
    const account = accountId.peek();
    busy.value = true;
    try {
      const found = await load();
      if (mine !== turn || account !== accountId.peek()) return;
      data.value = found;
      at.value = Date.now();
      failure.value = null;
      if (keeps && account) void keepSeen(`${account}/${key}`, found);
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (mine !== turn || account !== accountId.peek()) return;
      failure.value = error;
      if (isNoMore(error)) forget(account);
    } finally {
      if (mine === turn) busy.value = false;
    }
  }

  /** A right that was taken away takes along what it had shown. */
  function forget(account: string | null): void {
    data.value = null;
    at.value = null;
    if (keeps && account) void keepSeen(`${account}/${key}`, null);
  }

  async function start(): Promise<void> {
    const account = accountId.peek();
    const loading = reload();
    const copy = keeps && account ? await seen<T | null>(`${account}/${key}`) : null;
    const isWanted = account === accountId.peek() && !isNoMore(failure.peek());
    if (isWanted && copy?.data != null && data.peek() === null) {
      data.value = copy.data;
      at.value = copy.at;
    }
    await loading;
  }

  void start();
  return { data, at, failure, busy, reload };
}

/**
 * The data behind `key`, loaded when the component appears and when `key` changes.
 *
 * `key` names what is loaded within the account: two screens with one key share the phone's copy.
 */
export function useQuery<T>(
  key: string,
  load: () => Promise<T>,
  { keeps = true }: Options = {},
): Query<T> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what `load` reads
  const query = useMemo(() => makeQuery(key, load, keeps), [key]);
  useEffect(() => {
    const again = () => {
      if (document.visibilityState === "visible") void query.reload();
    };
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [query]);
  return query;
}
