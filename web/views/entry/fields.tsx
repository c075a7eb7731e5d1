/** The fields that all doors share. */

import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Button, Field } from "../../components/ui";
import { C } from "../../i18n/common";
import { E } from "../../i18n/entry";
import { chooseLang, lang } from "../../lang";
import { Mark } from "../../shell";

interface Typed {
  value: Signal<string>;
  fault: Signal<string | null>;
}

export function useTyped(start = ""): Typed {
  return { value: useSignal(start), fault: useSignal<string | null>(null) };
}

/** Marks the field when `isGood` fails; true when it holds. */
export function demand(field: Typed, isGood: (value: string) => boolean, words: string): boolean {
  field.fault.value = isGood(field.value.peek().trim()) ? null : words;
  return field.fault.value === null;
}

/** Vietnamese numbers as people type them; the server knows the rest. */
export function isPhone(typed: string): boolean {
  return /^\+?[0-9 .()-]{8,20}$/.test(typed);
}

export function PhoneField({ field }: { field: Typed }) {
  return (
    <Field
      label={E.phone()}
      hint={E.phoneHint()}
      fault={field.fault.value}
      type="tel"
      name="phone"
      inputMode="tel"
      autoComplete="username"
      value={field.value.value}
      onInput={(event) => {
        field.value.value = event.currentTarget.value;
      }}
    />
  );
}

interface PasswordProps {
  field: Typed;
  isNew?: boolean;
}

export function PasswordField({ field, isNew }: PasswordProps) {
  const shown = useSignal(false);
  const id = useId();
  return (
    <div class="stack">
      <Field
        label={isNew ? E.newPassword() : E.password()}
        hint={isNew ? E.newPasswordHint() : ""}
        fault={field.fault.value}
        type={shown.value ? "text" : "password"}
        name="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        value={field.value.value}
        onInput={(event) => {
          field.value.value = event.currentTarget.value;
        }}
      />
      <label class="choice" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={shown.value}
          onChange={() => {
            shown.value = !shown.value;
          }}
        />
        {E.showPassword()}
      </label>
    </div>
  );
}

export function LanguageChoice() {
  return (
    <div class="segments">
      {(["vi", "en"] as const).map((each) => (
        <Button
          key={each}
          lang={each}
          aria-pressed={lang.value === each}
          onClick={() => chooseLang(each)}
        >
          {each === "vi" ? "Tiếng Việt" : "English"}
        </Button>
      ))}
    </div>
  );
}

export function EntryHead({ title, line }: { title: string; line?: string }) {
  return (
    <>
      <Mark />
      <div class="stack">
        <h1>{title}</h1>
        {line && <p class="muted centered">{line}</p>}
        <span class="sr-only">{C.appName()}</span>
      </div>
    </>
  );
}
