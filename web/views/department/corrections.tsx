/** Of a school with one principal alone: the department is the second person. */

import { Page } from "../../components/ui";
import { E } from "../../i18n/second_person";
import type { Parameters } from "../../router";
import { WaitingCorrections } from "../daily/corrections_list";

export default function DepartmentCorrections({ params }: { params: Parameters }) {
  const school = Number(params.school);
  return (
    <Page title={E.title()} back="/so/ngay" wide>
      <p class="muted">{E.lead()}</p>
      <WaitingCorrections school={school} />
    </Page>
  );
}
