/** What hangs on an entry: pictures shown, papers saved to the phone. */

import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Dialog } from "../../components/ui";
import { F } from "../../i18n/book_files";
import { sizeWords } from "./sizes";
import "./attachments.css";

export type AttachmentShown = Schemas["AttachmentShown"];

/** An address lives a quarter of an hour; before that it is asked for anew. */
const FRESH_MS = 10 * 60_000;

interface Props {
  items: readonly AttachmentShown[];
  /** Loads the addresses anew. */
  onStale?: () => Promise<void>;
}

export function Attachments({ items, onStale }: Props) {
  const open = useSignal<string | null>(null);
  if (items.length === 0) return null;
  const shown = items.find(({ id }) => id === open.value);
  return (
    <>
      <ul class="attachments" aria-label={F.files()}>
        {items.map((each) => (
          <li key={each.id}>
            {each.kind === "image" ? (
              <Picture
                item={each}
                onStale={onStale}
                onOpen={() => {
                  open.value = each.id;
                }}
              />
            ) : (
              <Paper item={each} onStale={onStale} />
            )}
          </li>
        ))}
      </ul>
      {shown && (
        <Dialog
          title={shown.name}
          onClose={() => {
            open.value = null;
          }}
        >
          <img
            class="attachment-full"
            src={shown.url}
            alt={shown.name}
            onError={() => void onStale?.()}
          />
        </Dialog>
      )}
    </>
  );
}

interface ItemProps {
  item: AttachmentShown;
  onStale: (() => Promise<void>) | undefined;
}

/** A copy that is shown without a network has the name alone. */
function Picture({ item, onStale, onOpen }: ItemProps & { onOpen: () => void }) {
  const broken = useSignal<string | null>(null);
  const shown = item.preview_url ?? item.url;
  if (broken.value === shown) {
    return (
      <span class="attachment away">
        <Icon name="camera" />
        <span class="grow">
          <span class="name">{item.name}</span>
          <span class="muted small">{F.filesAway()}</span>
        </span>
      </span>
    );
  }
  return (
    <button type="button" class="attachment-picture" onClick={onOpen}>
      <img
        src={shown}
        alt={F.openPicture(item.name)}
        width={item.width ?? undefined}
        height={item.height ?? undefined}
        loading="lazy"
        onError={() => {
          broken.value = shown;
          void onStale?.();
        }}
      />
    </button>
  );
}

function Paper({ item, onStale }: ItemProps) {
  const link = useRef<HTMLAnchorElement>(null);
  const isRenewed = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time is the address's
  const since = useMemo(() => Date.now(), [item.url]);
  async function renewed(): Promise<void> {
    await onStale?.();
    // The new address is in the page by then.
    requestAnimationFrame(() => {
      isRenewed.current = true;
      link.current?.click();
    });
  }
  const more = [item.pages ? F.pages(item.pages) : null, sizeWords(item.bytes)];
  return (
    <a
      ref={link}
      class="attachment"
      href={item.url}
      download={item.name}
      onClick={(event) => {
        const isGood = isRenewed.current || Date.now() - since < FRESH_MS;
        isRenewed.current = false;
        if (!onStale || isGood) return;
        event.preventDefault();
        void renewed();
      }}
    >
      <Icon name="file" />
      <span class="grow">
        <span class="sr-only">{F.openFile()} </span>
        <span class="name">{item.name}</span>
        <span class="muted small">{more.filter(Boolean).join(" · ")}</span>
      </span>
    </a>
  );
}
