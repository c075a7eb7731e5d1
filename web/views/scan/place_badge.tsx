/** How well the phone knows where it is, said before it costs a refusal. */

import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { Button, Dialog } from "../../components/ui";
import { C } from "../../i18n/common";
import { S } from "../../i18n/scan";
import { now } from "../../now";
import { askPlaceAgain, fix, placeTrouble, qualityOf } from "../../place";

const isApple = /iPhone|iPad/.test(navigator.userAgent);

function said(): string | null {
  if (placeTrouble.value === "denied") return S.placeBlocked();
  switch (qualityOf(fix.value, now.value)) {
    case "good":
      return null;
    case "none":
      return S.placeNone();
    case "old":
      return S.placeOld();
    case "rough":
      return S.placeRough(Math.round(fix.value?.accuracyM ?? 0));
  }
}

export function PlaceBadge() {
  const isOpen = useSignal(false);
  const text = said();
  const isDenied = placeTrouble.value === "denied";
  if (!text) return null;
  return (
    <>
      <button
        type="button"
        class="badge late place-badge"
        aria-haspopup="dialog"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        <Icon name="map" />
        <span class="place-text">{text}</span>
      </button>
      {isOpen.value && (
        <Dialog
          title={text}
          onClose={() => {
            isOpen.value = false;
          }}
        >
          <p>{isDenied ? (isApple ? S.placeBlockedIos() : S.placeBlockedHint()) : S.placeHelp()}</p>
          <Button kind="main" icon="turn" onClick={askPlaceAgain}>
            {C.retry()}
          </Button>
        </Dialog>
      )}
    </>
  );
}
