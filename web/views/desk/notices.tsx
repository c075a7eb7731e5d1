/** A school's notices as those who send them see them: the newest first, by state. */

import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { hat } from "../../hats";
import { N } from "../../i18n/notices";
import type { Parameters } from "../../router";
import { BookPage } from "./frame";
import { NoticeList } from "./notice_list";

export default function Notices({ params }: { params: Parameters }) {
  const school = Number(params.school ?? hat.value?.schoolId ?? 0);
  const said = useSignal("");
  return (
    <BookPage
      school={school}
      here="notices"
      title={N.title()}
      actions={
        <a class="button main" href={`/thong-bao/soan?truong=${school}`}>
          <Icon name="plus" />
          {N.compose()}
        </a>
      }
    >
      <NoticeList
        key={school}
        school={school}
        said={said}
        hrefOf={({ id, state }) =>
          state === "draft" || state === "scheduled"
            ? `/thong-bao/soan?truong=${school}&id=${id}`
            : `/thong-bao/${school}/${id}/tra-loi`
        }
      />
    </BookPage>
  );
}
