/** What is printed for a class: its cards, and the sheet by which families activate. */

import { useSignal } from "@preact/signals";
import { download } from "../../api";
import { Confirm } from "../../components/confirm";
import { useSending } from "../../components/form";
import { Button, Card, Fault, Note } from "../../components/ui";
import { K } from "../../i18n/office_classes";
import { Radios } from "./inputs";
import type { SchoolClass } from "./lists";

interface Props {
  school: number;
  of: SchoolClass;
}

/** What a file system takes: 6/2 is a folder to it. */
function fileName(kind: string, className: string): string {
  return `${kind}-${className.replace(/[^\p{L}\p{N}]+/gu, "-")}.pdf`;
}

export function CardsPaper({ school, of }: Props) {
  const sending = useSending();
  const size = useSignal(40);
  const got = useSignal(false);
  const get = () =>
    sending.run(async () => {
      const path = `/v1/schools/${school}/classes/${of.id}/cards.pdf?qr_mm=${size.value}`;
      await download(path, fileName(K.cardsFile(), of.name));
      got.value = true;
    });
  return (
    <Card>
      <h2>{K.cards()}</h2>
      <Radios
        label={K.cardsHint()}
        value={size}
        options={[
          [40, K.sizeLarge()],
          [32, K.sizeMiddle()],
          [25, K.sizeSmall()],
        ]}
      />
      <Button kind="main" icon="card" busy={sending.busy.value} onClick={() => void get()}>
        {K.cardsGet()}
      </Button>
      <Fault error={sending.failure.value} />
      {got.value && <Note tone="good">{K.got()}</Note>}
    </Card>
  );
}

export function SheetPaper({ school, of }: Props) {
  const asks = useSignal(false);
  const got = useSignal(false);
  async function get(): Promise<void> {
    const path = `/v1/schools/${school}/classes/${of.id}/activation-sheet.pdf`;
    await download(path, fileName(K.sheetFile(), of.name));
    got.value = true;
  }
  return (
    <Card>
      <h2>{K.sheet()}</h2>
      <p class="muted">{K.sheetHint()}</p>
      <Button icon="file" onClick={() => (asks.value = true)}>
        {K.sheetGet()}
      </Button>
      {got.value && <Note tone="good">{K.got()}</Note>}
      {asks.value && (
        <Confirm
          title={K.sheetTitle(of.name)}
          action={K.sheetYes()}
          kind="main"
          onYes={get}
          onClose={() => (asks.value = false)}
        >
          <p>{K.sheetWarn()}</p>
        </Confirm>
      )}
    </Card>
  );
}
