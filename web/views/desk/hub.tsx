/** A teacher's contact book: each class's day, and what goes to more than a class. */

import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Badge, Card, Empty, Loaded } from "../../components/ui";
import { hat } from "../../hats";
import { L } from "../../i18n/classes";
import { K } from "../../i18n/desk";
import { useQuery } from "../../query";
import { ownClasses, useClasses } from "../classes/classes";
import { BookPage } from "./frame";

type Today = Schemas["ClassToday"];

/** Whether the class's day still waits for its teacher; on a day without school it does not. */
function Filled({ day }: { day: Today | undefined }) {
  if (day?.filled.length) return <Badge tone="good">{K.filledToday()}</Badge>;
  return day?.is_held ? <Badge tone="wait">{K.emptyToday()}</Badge> : null;
}

export default function Hub() {
  const school = hat.value?.schoolId ?? 0;
  const query = useClasses(school);
  const own = ownClasses(school);
  const today = useQuery(`so-hom-nay/${school}`, () =>
    of(
      api.GET("/v1/schools/{school_id}/contact-book/today", {
        params: { path: { school_id: school } },
      }),
    ),
  );
  const days = new Map(today.data.value?.items.map((each) => [each.class_id, each]));
  return (
    <BookPage school={school} here="week" title={K.title()}>
      <Loaded query={query}>
        {(classes) => {
          const mine = classes.filter((each) => !each.ended_at && (own?.has(each.id) ?? true));
          if (mine.length === 0)
            return (
              <Empty icon="people" title={L.noClasses()}>
                {L.noClassesHint()}
              </Empty>
            );
          return (
            <Card aria-label={K.yourClasses()}>
              <h2>{K.yourClasses()}</h2>
              <ul class="plain-list">
                {mine.map(({ id, name }) => (
                  <li key={id}>
                    <a class="row" href={`/lop/${school}/${id}/so`}>
                      <Icon name="book" />
                      <span class="grow">
                        <strong>{L.classOf(name)}</strong>
                        <span class="muted">{K.toDay()}</span>
                        <Filled day={days.get(id)} />
                      </span>
                      <Icon name="next" />
                    </a>
                  </li>
                ))}
              </ul>
            </Card>
          );
        }}
      </Loaded>
    </BookPage>
  );
}
