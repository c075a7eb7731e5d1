/** An announcement: read, and answered for each of the family's children it came to. */

import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { Icon } from "../../components/icons";
import { Badge, Card, Loaded, Note, Page } from "../../components/ui";
import { isFailure } from "../../failure";
import { moment } from "../../format";
import { B } from "../../i18n/book";
import { Q } from "../../i18n/book_answers";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { countBook } from "../../unread";
import { AnswerBox } from "./answer_box";
import type { Announcement } from "./answers";
import { Attachments } from "./attachments";
import { backOf } from "./back";
import { Prose } from "./prose";
import "./book.css";

export default function AnnouncementPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.id ?? "";
  const query = useAnnouncement(school, id);
  useReading(query);
  const title = query.data.value?.title ?? B.announcement();
  return (
    <Page title={title} back={backOf("/so-lien-lac")}>
      <Loaded query={query}>{(found) => <Sheet query={query} found={found} />}</Loaded>
    </Page>
  );
}

function useAnnouncement(school: number, id: string): Query<Announcement> {
  const params = { path: { announcement_id: id }, query: { school_id: school } };
  const query = useQuery(`tb/${school}/${id}`, () =>
    of(api.GET("/v1/contact-book/announcements/{announcement_id}", { params })),
  );
  useEffect(() => {
    const again = () => void query.reload();
    const stops = [
      onItem((item) => item.data.announcement_id === id && again()),
      onReset((seq) => seq === null && again()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [query, id]);
  return query;
}

/** It was on the screen: told once each time, for all of the family's children it came to. */
function useReading(query: Query<Announcement>): void {
  const id = query.failure.value === null ? (query.data.value?.id ?? null) : null;
  useEffect(() => {
    if (!id) return;
    const params = { path: { announcement_id: id } };
    of(api.POST("/v1/contact-book/announcements/{announcement_id}/read", { params, body: {} }))
      .then(countBook)
      .catch((error: unknown) => {
        // It is told the next time it is opened.
        if (!isFailure(error)) throw error;
      });
  }, [id]);
}

function Sheet({ query, found }: { query: Query<Announcement>; found: Announcement }) {
  const at = found.published_at ?? found.created_at;
  return (
    <>
      {found.state === "withdrawn" && (
        <Note tone="late">
          {found.withdrawn_reason ? B.withdrawnWhy(found.withdrawn_reason) : B.withdrawnNote()}
        </Note>
      )}
      <Card class={found.state === "withdrawn" ? "sheet withdrawn" : "sheet"}>
        <p class="sheet-from">
          <span class="mark-of">
            <Icon name="bell" />
          </span>
          <span class="grow">
            <strong>{found.author_name}</strong>
            <span class="muted small">{moment(at)}</span>
          </span>
          {found.is_urgent && <Badge tone="bad">{B.urgent()}</Badge>}
        </p>
        {found.body && <Prose text={found.body} />}
        <Attachments items={found.attachments} onStale={query.reload} />
      </Card>
      {found.may_see_answers && found.answer_kind !== "none" && (
        <a class="button" href={`/thong-bao/${found.school_id}/${found.id}/tra-loi`}>
          <Icon name="chart" />
          {Q.seeAnswers()}
        </a>
      )}
      {found.answer_kind !== "none" &&
        found.mine.map((mine) => (
          <AnswerBox
            key={mine.person_id}
            announcement={found}
            mine={mine}
            isOneOf={found.mine.length}
            onAnswered={(after) => {
              query.data.value = after;
              void countBook();
            }}
          />
        ))}
    </>
  );
}
