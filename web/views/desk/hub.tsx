/** A teacher's contact book: each class's day, and what goes to more than a class. */

import { Icon } from "../../components/icons";
import { Card, Empty, Loaded } from "../../components/ui";
import { hat } from "../../hats";
import { L } from "../../i18n/classes";
import { K } from "../../i18n/desk";
import { ownClasses, useClasses } from "../classes/classes";
import { BookPage } from "./frame";

export default function Hub() {
  const school = hat.value?.schoolId ?? 0;
  const query = useClasses(school);
  const own = ownClasses(school);
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
