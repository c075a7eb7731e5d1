/** The code as a picture that any relative can pay by. It names the school, never the child. */

import type { Drawn } from "../../components/qr";
import { F } from "../../i18n/fees";
import { dong } from "../../money";
import type { Intent } from "./model";

const SIDE = 720;
const LINE = 44;

/** A PNG of the code and what to type by hand; null: this browser draws none. */
export async function fileOf(intent: Intent, code: Drawn): Promise<File | null> {
  const canvas = document.createElement("canvas");
  const words = wordsOf(intent);
  canvas.width = SIDE;
  canvas.height = SIDE + LINE * (words.length + 1);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  pen.save();
  // Whole pixels a module: cameras read sharp edges.
  const scale = Math.floor(SIDE / code.size);
  const edge = Math.floor((SIDE - scale * code.size) / 2);
  pen.translate(edge, edge);
  pen.scale(scale, scale);
  pen.fill(new Path2D(code.path));
  pen.restore();
  pen.font = "32px system-ui, sans-serif";
  pen.textAlign = "center";
  for (const [n, text] of words.entries())
    pen.fillText(text, SIDE / 2, SIDE + LINE * (n + 0.7), SIDE - 40);
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  return made && new File([made], `${F.file()}-${intent.memo}.png`, { type: "image/png" });
}

function wordsOf({ amount, account, memo }: Intent): string[] {
  const to = account ? [`${account.bank} ${account.number}`, account.holder] : [];
  return [dong(amount), ...to, memo];
}

export function keep(file: File): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function mayShare(): boolean {
  const probe = new File([""], "a.png", { type: "image/png" });
  return Boolean(navigator.canShare?.({ files: [probe] }));
}

export async function pass(file: File): Promise<void> {
  // Closed without a choice: nothing was asked of us.
  await navigator.share({ files: [file] }).catch(() => undefined);
}
