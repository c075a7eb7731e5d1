/** The contact book across a family's children, in whichever schools; of staff, what they were sent. */

import { Page } from "../../components/ui";
import { C } from "../../i18n/common";
import { BookLinks } from "./book_links";
import { Feed } from "./feed";
import { kindAsked } from "./kind_asked";

export default function Book() {
  const kind = kindAsked.value;
  return (
    <Page title={C.book()}>
      <BookLinks student={null} kind={kind} />
      <Feed key={kind ?? ""} student={null} kind={kind} />
    </Page>
  );
}
