/** The parts that screens are made of. */

import type { ButtonHTMLAttributes, ComponentChildren, HTMLAttributes } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { wordsOf } from "../failure";
import { clock, initials } from "../format";
import { C } from "../i18n/common";
import { online } from "../now";
import type { Query } from "../query";
import { Icon, type IconName } from "./icons";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: "main" | "plain" | "quiet" | "danger";
  icon?: IconName;
  /** Waiting for its own work: it cannot be pressed twice. */
  busy?: boolean;
};

export function Button({
  kind = "plain",
  icon,
  busy,
  children,
  disabled,
  class: more,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={`button ${kind} ${more ?? ""}`}
      disabled={disabled || busy}
      aria-busy={busy}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface FieldProps extends Omit<HTMLAttributes<HTMLInputElement>, "role"> {
  label: string;
  hint?: string;
  fault?: string | null;
  type?: "text" | "tel" | "password" | "search" | "number" | "time" | "date" | "url";
  name?: string;
  value?: string | number;
  autoComplete?: string;
  min?: string | number;
  max?: string | number;
  step?: string | number;
  maxLength?: number;
  required?: boolean;
  disabled?: boolean;
}

/** An input with its name above and what is wrong with it below. */
export function Field({ label, hint, fault, class: more, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div class={`field ${more ?? ""}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        {...(rest as object)}
        aria-invalid={Boolean(fault)}
        aria-describedby={`${id}-more`}
      />
      <p id={`${id}-more`} class={fault ? "fault" : "hint"}>
        {fault || hint}
      </p>
    </div>
  );
}

export function Card({ children, class: more = "", ...rest }: HTMLAttributes<HTMLElement>) {
  return (
    <section {...rest} class={`card ${more}`}>
      {children}
    </section>
  );
}

type Tone = "good" | "late" | "bad" | "wait" | "plain";

export function Badge({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A note over the content. `bad` is read out at once. */
export function Note({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <div class={`note ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** A picture, or the name's letters without consent to one. */
export function Avatar({ name, url, big }: { name: string; url?: string | null; big?: boolean }) {
  const [broken, setBroken] = useState<string | null>(null);
  const size = big ? "avatar big" : "avatar";
  if (url && url !== broken)
    return <img class={size} src={url} alt="" onError={() => setBroken(url)} />;
  return (
    <span class={size} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** Shown only when the wait is long enough to be felt. */
export function Spinner() {
  const [seen, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="spinner" role="status">
      {seen && (
        <>
          <span class="ring" aria-hidden="true" />
          {C.loading()}
        </>
      )}
    </div>
  );
}

/** What a failed request says, with a way to try again. */
export function Fault({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  return (
    <Note tone="bad">
      <p>{wordsOf(error)}</p>
      {retry && (
        <Button onClick={retry} icon="turn">
          {C.retry()}
        </Button>
      )}
    </Note>
  );
}

/** A query's three faces: waiting, failed, there. Old data stays, with the time it is from. */
export function Loaded<T>({
  query,
  children,
}: {
  query: Query<T>;
  children: (data: T) => ComponentChildren;
}) {
  const data = query.data.value;
  const failure = query.failure.value;
  if (data === null) {
    return failure ? <Fault error={failure} retry={() => void query.reload()} /> : <Spinner />;
  }
  const at = query.at.value;
  return (
    <>
      {failure !== null && at !== null && (
        <Note tone="wait">
          {C.asOf(clock(at))}. {wordsOf(failure)}
        </Note>
      )}
      {children(data)}
    </>
  );
}

/** Nothing here yet, and why that is fine or what comes next. */
export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="strong">{title}</p>
      {children && <div class="muted">{children}</div>}
    </div>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A question in front of everything: Escape and a tap beside it close it, focus stays inside. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && ref.current?.close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <Button
            kind="quiet"
            icon="cross"
            aria-label={C.close()}
            onClick={() => ref.current?.close()}
          />
        </header>
        {children}
      </div>
    </dialog>
  );
}

export function OfflineBadge() {
  return (
    <span role="status" class="offline-place">
      {!online.value && <Badge tone="wait">{C.offline()}</Badge>}
    </span>
  );
}

interface PageProps {
  title: string;
  /** Where the arrow leads; none on a first page. */
  back?: string;
  actions?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}

/** A screen with its heading. The shell around it brings the bars. */
export function Page({ title, back, actions, wide, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${C.appName()}`;
  }, [title]);
  return (
    <div class={wide ? "page wide" : "page"}>
      <header class="page-head">
        {back && (
          <a class="button quiet" href={back} aria-label={C.back()}>
            <Icon name="back" />
          </a>
        )}
        <h1>{title}</h1>
        <div class="actions">{actions}</div>
      </header>
      {children}
    </div>
  );
}
