/** The VietQR, drawn on this phone, and the same in words to copy. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { drawn } from "../../components/qr";
import { Button, Note } from "../../components/ui";
import { F } from "../../i18n/fees";
import { dong } from "../../money";
import type { Intent } from "./model";
import { fileOf, keep, mayShare, pass } from "./picture";

export default function PayBy({ intent }: { intent: Intent }) {
  const { account, qr } = intent;
  const code = useMemo(() => drawn(qr ?? ""), [qr]);
  const fault = useSignal(false);
  if (!account || !qr) return null;
  const act = async (what: (file: File) => Promise<void> | void) => {
    const file = await fileOf(intent, code);
    fault.value = file === null;
    if (file) await what(file);
  };
  return (
    <>
      <section class="card fee-face" aria-label={F.qrOf(dong(intent.amount))}>
        <p class="muted">{intent.school_name}</p>
        <p class="fee-big">{dong(intent.amount)}</p>
        <svg class="fee-qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img">
          <title>{F.qrOf(dong(intent.amount))}</title>
          <rect width={code.size} height={code.size} fill="#fff" />
          <path d={code.path} fill="#000" />
        </svg>
        <p class="muted">{F.scan()}</p>
        <div class="across">
          <Button icon="in" onClick={() => void act(keep)}>
            {F.save()}
          </Button>
          {mayShare() && (
            <Button icon="share" onClick={() => void act(pass)}>
              {F.share()}
            </Button>
          )}
        </div>
        <p class="muted small">{F.samePhone()}</p>
        {fault.value && <Note tone="bad">{F.noPicture()}</Note>}
      </section>
      <section class="card">
        <dl class="fee-copy">
          <Line label={F.sum()} text={String(intent.amount)} shown={dong(intent.amount)} />
          <Line label={F.number()} text={account.number} />
          <Line label={F.memo()} text={intent.memo} />
          <Plain label={F.bank()} text={account.bank} />
          <Plain label={F.holder()} text={account.holder} />
        </dl>
        <p class="muted small">{F.memoHint()}</p>
      </section>
    </>
  );
}

function Line({ label, text, shown }: { label: string; text: string; shown?: string }) {
  const isCopied = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      isCopied.value = true;
    } catch {
      // Refused: it can be read and typed.
      isCopied.value = false;
    }
  };
  return (
    <div>
      <dt class="muted small">{label}</dt>
      <dd>
        <strong>{shown ?? text}</strong>
        <Button
          icon={isCopied.value ? "check" : "file"}
          aria-label={F.copy(label.toLowerCase())}
          onClick={() => void copy()}
        >
          <span class="sr-only" aria-live="polite">
            {isCopied.value ? F.copied() : ""}
          </span>
        </Button>
      </dd>
    </div>
  );
}

function Plain({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <dt class="muted small">{label}</dt>
      <dd>
        <strong>{text}</strong>
      </dd>
    </div>
  );
}
