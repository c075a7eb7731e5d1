/** Settings: what the account is told, agrees to, and where it is logged in. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ConsentList, useConsents } from "../../components/consents";
import { useSending } from "../../components/form";
import { Icon, type IconName } from "../../components/icons";
import { Button, Card, Dialog, Fault, Page } from "../../components/ui";
import { hat } from "../../hats";
import { C } from "../../i18n/common";
import { S } from "../../i18n/settings";
import { go, type Parameters } from "../../router";
import { logOut, me } from "../../session";
import { checkInsWaiting, scansWaiting } from "../../store";
import { Devices } from "./devices";
import { Language } from "./language";
import { Notifications } from "./notifications";
import { Password } from "./password";

const PAGES: Record<string, ComponentType> = {
  "thong-bao": Notifications,
  "dong-y": OwnConsents,
  "thiet-bi": Devices,
  "mat-khau": Password,
};

export default function Settings({ params }: { params: Parameters }) {
  const View = params.rest ? PAGES[params.rest] : Overview;
  if (!View) {
    go("/cai-dat", { replace: true });
    return null;
  }
  return <View />;
}

function Overview() {
  const [leaving, setLeaving] = useState(false);
  return (
    <Page title={C.settings()}>
      <Card>
        <h2>{S.account()}</h2>
        <p class="muted">
          {S.phone()}: {me.value?.account.phone}
        </p>
        <Language />
      </Card>
      <Card>
        <ul class="plain-list">
          <Line
            href="thong-bao"
            icon="bell"
            name={S.notifications()}
            about={S.notificationsLine()}
          />
          {isWithoutTab() && <Line href="/cham-cong" icon="clock" name={C.ownCheckIn()} />}
          <Line href="dong-y" icon="check" name={S.consents()} about={S.consentsLine()} />
          <Line href="thiet-bi" icon="phone" name={S.devices()} about={S.devicesLine()} />
          <Line href="mat-khau" icon="gear" name={S.password()} />
        </ul>
      </Card>
      <Button kind="danger" icon="out" onClick={() => setLeaving(true)}>
        {S.logOut()}
      </Button>
      {leaving && <Leave onClose={() => setLeaving(false)} />}
    </Page>
  );
}

/** Who may check in and has no place for it in the bar below. */
function isWithoutTab(): boolean {
  return hat.value?.role === "principal" || hat.value?.role === "student";
}

interface LineProps {
  href: string;
  icon: IconName;
  name: string;
  about?: string;
}

function Line({ href, icon, name, about }: LineProps) {
  return (
    <li>
      <a class="row" href={href.startsWith("/") ? href : `/cai-dat/${href}`}>
        <Icon name={icon} />
        <span class="grow">
          <strong>{name}</strong>
          {about && <span class="muted small">{about}</span>}
        </span>
        <Icon name="next" />
      </a>
    </li>
  );
}

interface Waiting {
  scans: number;
  checkIns: number;
}

async function waitingOf(account: string): Promise<Waiting> {
  const [scans, checkIns] = await Promise.all([scansWaiting(account), checkInsWaiting(account)]);
  return { scans, checkIns };
}

function Leave({ onClose }: { onClose: () => void }) {
  const sending = useSending();
  const [waiting, setWaiting] = useState<Waiting>({ scans: 0, checkIns: 0 });
  useEffect(() => void waitingOf(me.peek()?.account.id ?? "").then(setWaiting), []);
  return (
    <Dialog title={S.logOutAsk()} onClose={onClose}>
      {waiting.scans > 0 && <p>{S.logOutWaiting(waiting.scans)}</p>}
      {waiting.checkIns > 0 && <p>{S.logOutCheckIns(waiting.checkIns)}</p>}
      <div class="across">
        <Button kind="danger" busy={sending.busy.value} onClick={() => void sending.run(logOut)}>
          {S.logOut()}
        </Button>
        <Button onClick={onClose}>{C.cancel()}</Button>
      </div>
      <Fault error={sending.failure.value} />
    </Dialog>
  );
}

function OwnConsents() {
  const query = useConsents();
  return (
    <Page title={S.consents()} back="/cai-dat">
      <p class="muted">{S.choicesHint()}</p>
      <ConsentList query={query} />
    </Page>
  );
}
