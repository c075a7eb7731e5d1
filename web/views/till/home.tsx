/** The first page of a school's money. */

import { Page } from "../../components/ui";
import { T } from "../../i18n/till";
import type { Parameters } from "../../router";
import { isAccountant, TillTiles } from "./frame";

export default function Home({ params }: { params: Parameters }) {
  const school = Number(params.school);
  return (
    <div class="office">
      <Page title={isAccountant() ? T.homeTitle() : T.results()} wide>
        <TillTiles school={school} />
      </Page>
    </div>
  );
}
