/** Pages that belong together, as a row of links. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

export interface PageLink<P extends string = string> {
  readonly path: P;
  readonly icon: IconName;
  readonly name: () => string;
}

interface Props<P extends string> {
  class: string;
  linkClass?: string;
  label: string;
  parts: readonly PageLink<P>[];
  hrefOf: (path: P) => string;
  /** The page that is open. */
  here: P | undefined;
  /** What stands after a link's name. */
  extra?: (path: P) => ComponentChildren;
}

export function PageLinks<P extends string>({
  class: row,
  linkClass = "button",
  label,
  parts,
  hrefOf,
  here,
  extra,
}: Props<P>) {
  return (
    <nav class={row} aria-label={label}>
      {parts.map(({ path, icon, name }) => (
        <a
          key={path}
          class={linkClass}
          href={hrefOf(path)}
          aria-current={path === here ? "page" : undefined}
        >
          <Icon name={icon} />
          <span>{name()}</span>
          {extra?.(path)}
        </a>
      ))}
    </nav>
  );
}
