/** The list of what to mend, and the ways to take it to Excel. */

import { useSignal } from "@preact/signals";
import { Button, Note } from "../../components/ui";
import { count } from "../../format";
import { I } from "../../i18n/office_import";
import { asCsv, asTabs, type Fault, type Headings, type Kind } from "./import_model";

interface Props {
  kind: Kind;
  title: string;
  faults: readonly Fault[];
  /** To be known, not to be mended. */
  areNotes?: boolean;
}

/** More lines than anybody reads at once wait behind a button. */
const FIRST = 100;

function headingsFor(kind: Kind, areNotes: boolean) {
  const column = kind === "photos" ? I.fileName() : I.column();
  return [I.row(), column, areNotes ? I.note() : I.what()] as const;
}

function keepAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function Faults({ kind, title, faults, areNotes = false }: Props) {
  const shown = useSignal(FIRST);
  const headings = headingsFor(kind, areNotes);
  const [row, column, what] = headings;
  const isSheet = kind !== "photos";
  return (
    <section class="stack faults">
      <h2>
        {title} ({count(faults.length)})
      </h2>
      <Take kind={kind} faults={faults} headings={headings} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="scroll-x" data-scrolls tabIndex={0} aria-label={title}>
        <table class="fault-table">
          <thead>
            <tr>
              {isSheet && <th scope="col">{row}</th>}
              <th scope="col">{column}</th>
              <th scope="col">{what}</th>
            </tr>
          </thead>
          <tbody>
            {faults.slice(0, shown.value).map((fault, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list that does not change
              <tr key={n}>
                {isSheet && <th scope="row">{fault.row}</th>}
                <td>{fault.column}</td>
                <td>{fault.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {faults.length > shown.value && (
        <Button
          onClick={() => {
            shown.value = faults.length;
          }}
        >
          {count(faults.length - shown.value)}+
        </Button>
      )}
    </section>
  );
}

interface TakeProps {
  kind: Kind;
  faults: readonly Fault[];
  headings: Headings;
}

function Take({ kind, faults, headings }: TakeProps) {
  const copied = useSignal<boolean | null>(null);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(asTabs(faults, headings));
      copied.value = true;
    } catch {
      copied.value = false;
    }
  }
  return (
    <>
      <div class="across no-print">
        <Button onClick={() => void copy()}>{I.copy()}</Button>
        <Button onClick={() => keepAs(`${I.listName()}-${kind}.csv`, asCsv(faults, headings))}>
          {I.downloadList()}
        </Button>
        <Button onClick={() => window.print()}>{I.print()}</Button>
      </div>
      {copied.value !== null && (
        <Note tone={copied.value ? "good" : "late"}>
          {copied.value ? I.copied() : I.notCopied()}
        </Note>
      )}
    </>
  );
}
