/** Which of the money's screens an address shows; each comes with its own chunk. */

import type { ComponentType } from "preact";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { Empty } from "../../components/ui";
import { C } from "../../i18n/common";
import { match, type Parameters } from "../../router";
import { isAccountant } from "./frame";
import { ACCOUNTANTS, PAGES } from "./pages";

type View = ComponentType<{ params: Parameters }>;

// One component a page, so that it is not mounted anew with each step.
const views = new Map<string, View>();

function viewOf(pattern: string, load: () => Promise<{ default: View }>): View {
  const view = views.get(pattern) ?? later(load);
  views.set(pattern, view);
  return view;
}

export default function Till({ params }: { params: Parameters }) {
  for (const [pattern, load] of Object.entries(PAGES)) {
    const found = match(pattern, params.rest ?? "");
    if (!found || (ACCOUNTANTS.has(pattern) && !isAccountant())) continue;
    const Page = viewOf(pattern, load);
    return <Page key={pattern} params={{ ...params, ...found }} />;
  }
  return (
    <Empty icon="search" title={C.notFound()}>
      <p>{C.notFoundHint()}</p>
      <a class="button main" href="/">
        <Icon name="home" />
        {C.home()}
      </a>
    </Empty>
  );
}
