/** The department's notices to its schools: what was sent, and how far it has come. */

import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { N } from "../../i18n/notices";
import { DepartmentPage } from "../department/frame";
import { NoticeList } from "./notice_list";

export default function DepartmentNotices() {
  const said = useSignal("");
  return (
    <DepartmentPage
      here="/so/thong-bao"
      title={N.title()}
      actions={
        <a class="button main" href="/so/thong-bao/soan">
          <Icon name="plus" />
          {N.compose()}
        </a>
      }
    >
      <NoticeList
        school={null}
        said={said}
        hrefOf={({ id, state }) =>
          state === "draft" || state === "scheduled"
            ? `/so/thong-bao/soan?id=${id}`
            : `/so/thong-bao/${id}`
        }
      />
    </DepartmentPage>
  );
}
