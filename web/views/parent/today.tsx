/** Today: a card for each child, across schools. What a parent opens twenty seconds a day. */

import { later } from "../../components/later";
import { Avatar, Empty, Fault, Page } from "../../components/ui";
import { dayName } from "../../format";
import { C } from "../../i18n/common";
import { P } from "../../i18n/parent";
import { me } from "../../session";
import { AbsentActions, isMissed } from "./absent";
import Closures from "./closures";
import { today } from "./day";
import { type FamilyDay, useToday } from "./family";
import { Fresh } from "./fresh";
import { type Kin, kinOf } from "./kin";
import "./parent.css";
import { mayOffer } from "./push_later";
import type { Child } from "./standing";
import { StateBlock, UnknownBlock } from "./state_block";

const FeesCard = later(() => import("../fees/card"), true);
const PushCard = later(() => import("./push_card"), true);

export default function Today() {
  const query = useToday();
  const found = query.data.value;
  const cards = cardsOf(
    found,
    kinOf(me.value).filter((each) => !each.isSelf),
  );
  return (
    <Page title={C.today()} actions={<span class="muted">{dayName(today.value)}</span>}>
      {found === null && query.failure.value ? (
        <Fault error={query.failure.value} retry={() => void query.reload()} />
      ) : (
        <Fresh query={query} />
      )}
      {cards.length > 0 && <Closures />}
      {cards.length === 0 && (
        <Empty icon="person" title={P.noChildren()}>
          {P.noChildrenHint()}
        </Empty>
      )}
      {cards.map((each) => (
        <ChildCard
          key={each.student_id}
          who={each}
          day={each.day}
          at={found?.day ?? null}
          isOld={query.isOld.value}
        />
      ))}
      <FeesCard />
      {mayOffer() && <PushCard />}
    </Page>
  );
}

type Card = Omit<Kin, "isSelf"> & { day: Child | null };

/** Whom the account may see is known at once; the day follows into the same place. */
function cardsOf(found: FamilyDay | null, kin: Kin[]): Card[] {
  const days = new Map(found?.items.map((child) => [child.student_id, child]));
  return kin.map((each) => {
    const day = days.get(each.student_id) ?? null;
    return { ...each, photo_url: day?.photo_url ?? each.photo_url, day };
  });
}

interface ChildCardProps {
  who: Card;
  day: Child | null;
  /** The day that `day` is. */
  at: string | null;
  isOld: boolean;
}

function ChildCard({ who, day, at, isOld }: ChildCardProps) {
  return (
    <section class="child-place">
      <ChildLink who={who} day={day} isOld={isOld} />
      {at && !isOld && isMissed(day) && <AbsentActions studentId={who.student_id} day={at} />}
    </section>
  );
}

function ChildLink({ who, day, isOld }: Omit<ChildCardProps, "at">) {
  return (
    <a class="card child" href={`/con/${who.student_id}`}>
      <span class="who">
        <Avatar name={who.name} url={who.photo_url} />
        <span class="grow">
          <strong class="name">{who.name}</strong>
          <span class="muted">{[who.class_name, who.school_name].filter(Boolean).join(" · ")}</span>
        </span>
      </span>
      {isOld ? <UnknownBlock /> : <StateBlock day={day} />}
    </a>
  );
}
