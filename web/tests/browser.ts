/** The little of a browser that the client's modules touch when they are loaded in Node. */

class Storage {
  readonly #kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#kept.set(key, value);
  }
  removeItem(key: string): void {
    this.#kept.delete(key);
  }
}

/** Another tab's words come in by `hear`. */
export class Channel {
  static readonly open: Channel[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly said: unknown[] = [];
  constructor(readonly name: string) {
    Channel.open.push(this);
  }
  postMessage(data: unknown): void {
    this.said.push(data);
  }
}

export function hear(name: string, data: unknown): void {
  for (const channel of Channel.open) if (channel.name === name) channel.onmessage?.({ data });
}

const events = new EventTarget();
const page = Object.assign(new EventTarget(), {
  documentElement: { lang: "" },
  // What ticks while a page is seen would keep Node from ending.
  visibilityState: "hidden",
});

export const address = {
  pathname: "/",
  search: "",
  hash: "",
  origin: "http://localhost:8000",
  assign: (_to: string): void => undefined,
};

const globals: Record<string, unknown> = {
  window: Object.assign(events, { scrollTo: () => undefined }),
  document: page,
  location: address,
  localStorage: new Storage(),
  history: { pushState: () => undefined, replaceState: () => undefined },
  // Node has one since 21, which knows nothing of a network.
  navigator: {
    onLine: true,
    language: "vi-VN",
    userAgent: "",
    locks: { request: (_name: string, work: () => unknown) => work() },
  },
  matchMedia: () => ({ matches: false }),
  BroadcastChannel: Channel,
  Request: class extends Request {
    constructor(input: string | Request, init?: RequestInit) {
      super(typeof input === "string" ? new URL(input, address.origin) : input, init);
    }
  },
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
