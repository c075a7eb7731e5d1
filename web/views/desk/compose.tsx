/** A school's notice: written, kept as a draft, sent now or later. */

import { useSignal } from "@preact/signals";
import { Loaded, Page } from "../../components/ui";
import { hat } from "../../hats";
import { N } from "../../i18n/notices";
import { useQuery } from "../../query";
import { go, place } from "../../router";
import { ownClasses, useClasses } from "../classes/classes";
import { Audience } from "./audience";
import { isPrincipalOf, noticesPath } from "./frame";
import { useGroups } from "./groups_api";
import { draftOf, justDone, type Notice, noticeOf, ofSchool } from "./notice_api";
import { EMPTY, type Part } from "./notice_draft";
import { NoticeForm } from "./notice_form";

export default function Compose() {
  const { query } = place.value;
  const school = Number(query.get("truong") ?? hat.value?.schoolId ?? 0);
  const id = query.get("id");
  return id ? <Change school={school} id={id} /> : <Fresh key={school} school={school} />;
}

function Change({ school, id }: { school: number; id: string }) {
  const query = useQuery(`soan/${id}`, () => noticeOf(id, school), { keeps: false });
  return (
    <Page title={N.editTitle()} back={noticesPath(school)}>
      <Loaded query={query}>{(notice) => <Writing school={school} notice={notice} />}</Loaded>
    </Page>
  );
}

function Fresh({ school }: { school: number }) {
  return (
    <Page title={N.newTitle()} back={noticesPath(school)}>
      <Writing school={school} notice={null} />
    </Page>
  );
}

/** What the class's page hands over: one tap less for who writes to the own class. */
function first(school: number, isPrincipal: boolean): string | null {
  const wanted = place.peek().query.get("lop");
  if (wanted || isPrincipal) return wanted;
  const own = [...(ownClasses(school) ?? [])];
  return own.length === 1 ? (own[0] ?? null) : null;
}

function Writing({ school, notice }: { school: number; notice: Notice | null }) {
  const isPrincipal = isPrincipalOf(school);
  const classes = useClasses(school);
  return (
    <Loaded query={classes}>
      {(found) => {
        const own = ownClasses(school);
        const mine = found.filter((each) => !each.ended_at && (own?.has(each.id) ?? true));
        return <Ready school={school} notice={notice} isPrincipal={isPrincipal} classes={mine} />;
      }}
    </Loaded>
  );
}

interface ReadyProps {
  school: number;
  notice: Notice | null;
  isPrincipal: boolean;
  classes: NonNullable<ReturnType<typeof useClasses>["data"]["value"]>;
}

function Ready({ school, notice, isPrincipal, classes }: ReadyProps) {
  const groups = useGroups(school);
  const start = useSignal(notice ? draftOf(notice) : null);
  if (start.value === null) {
    const wanted = classes.find((each) => each.id === first(school, isPrincipal));
    const parts: Part[] = wanted
      ? [{ kind: "class", ref: wanted.id, name: N.classOf(wanted.name) }]
      : [];
    start.value = { ...EMPTY, parts };
  }
  return (
    <NoticeForm
      senderOf={() => ofSchool(school)}
      notice={notice}
      start={start.peek() ?? EMPTY}
      files={school}
      audience={(parts, fault) => (
        <Audience
          school={school}
          isPrincipal={isPrincipal}
          classes={classes}
          groups={groups}
          parts={parts}
          fault={fault}
        />
      )}
      onDone={(words, sent) => {
        justDone.value = words;
        go(sent ? `/thong-bao/${school}/${sent.id}/tra-loi` : noticesPath(school));
      }}
    />
  );
}
