/** A part of a screen that is fetched when somebody wants it. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Unreached } from "../failure";
import { Fault, Spinner } from "./ui";

export function later<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  /** Nobody waits for it: nothing is shown until it is there. */
  isQuiet = false,
): ComponentType<P> {
  return function Later(props: P) {
    const [View, show] = useState<ComponentType<P> | null>(null);
    const [failed, fail] = useState<unknown>(null);
    const fetch = () => {
      fail(null);
      load().then(
        (module) => show(() => module.default),
        () => fail(new Unreached()),
      );
    };
    useEffect(fetch, []);
    if (View) return <View {...props} />;
    if (isQuiet) return null;
    return failed ? <Fault error={failed} retry={fetch} /> : <Spinner />;
  };
}
