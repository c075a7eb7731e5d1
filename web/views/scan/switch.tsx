/** In or out: always in sight, and never to be mistaken. */

import { Icon } from "../../components/icons";
import { C } from "../../i18n/common";
import { S } from "../../i18n/scan";
import type { Direction } from "./gate";

interface SwitchProps {
  direction: Direction;
  onTurn: (to: Direction) => void;
}

export function Switch({ direction, onTurn }: SwitchProps) {
  return (
    <div class="switch">
      {(["in", "out"] as const).map((each) => (
        <button
          key={each}
          type="button"
          class={each}
          aria-pressed={direction === each}
          aria-label={`${S.which()} ${each === "in" ? S.comingIn() : S.goingOut()}`}
          onClick={() => onTurn(each)}
        >
          <Icon name={each} />
          {each === "in" ? C.directionIn() : C.directionOut()}
        </button>
      ))}
    </div>
  );
}
