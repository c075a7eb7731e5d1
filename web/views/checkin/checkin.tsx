/** One's own check-in: this phone, the code at the gate, and a big answer. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { CodeCamera } from "../../components/camera";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Fault, Loaded, Note, Page } from "../../components/ui";
import { clock } from "../../format";
import { hat } from "../../hats";
import { O } from "../../i18n/checkin";
import { C } from "../../i18n/common";
import { now } from "../../now";
import { askPlaceAgain, fix, placeTrouble, qualityOf, watchPlace } from "../../place";
import { type Query, useQuery } from "../../query";
import { codeOf } from "../../roster";
import { type Binding, BindPhone } from "./binding";
import "./checkin.css";
import { type Said, said, saidWaiting } from "./outcomes";
import {
  checkIn,
  isRecorded,
  type CheckIn as Made,
  nextDirection,
  ownToday,
  recall,
  sendWaiting,
  waiting,
} from "./sending";

type Direction = Made["direction"];

const RETRY_MS = 5000;

export default function CheckIn() {
  const query = useQuery<Binding>("may-cham-cong", () => of(api.GET("/v1/me/device-binding")));
  return (
    <Page title={O.title()}>
      <Loaded query={query}>
        {(binding) =>
          binding.is_this_device ? (
            <Bound query={query} />
          ) : (
            <BindPhone binding={binding} query={query} />
          )
        }
      </Loaded>
      <Mine />
      {hat.value?.role !== "student" && <Links />}
    </Page>
  );
}

function Links() {
  return (
    <nav class="own-links" aria-label={O.more()}>
      <a class="button" href="/cham-cong/gio-cong">
        <Icon name="clock" />
        {O.hours()}
      </a>
      <a class="button" href="/cham-cong/xin-nghi">
        <Icon name="file" />
        {O.leave()}
      </a>
    </nav>
  );
}

/** What waits is tried again, as long as the screen is open. */
function useResending(onAnswer: (said: Said) => void, onFault: (error: unknown) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a screen
  useEffect(() => {
    async function again(): Promise<void> {
      const made = waiting.peek();
      if (!made) return;
      try {
        const answer = await sendWaiting();
        if (answer) onAnswer(said(answer, made.direction));
      } catch (error) {
        onFault(error);
      }
    }
    void recall().then(again);
    const timer = setInterval(() => void again(), RETRY_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, []);
}

function Bound({ query }: { query: Query<Binding> }) {
  const direction = useSignal<Direction | null>(null);
  const isOpen = useSignal(false);
  const isSending = useSignal(false);
  const answer = useSignal<Said | null>(null);
  const fault = useSignal<unknown>(null);
  const way = direction.value ?? nextDirection();
  const tell = (words: Said) => {
    answer.value = words;
    feel(words.tone);
  };
  const fail = (error: unknown) => {
    fault.value = error;
  };
  useResending(tell, fail);

  async function take(token: string): Promise<void> {
    isSending.value = true;
    fault.value = null;
    try {
      const found = await checkIn(token, way);
      tell(found ? said(found, way) : saidWaiting());
      if (found?.outcome === "device_unbound") void query.reload();
    } catch (error) {
      fail(error);
    } finally {
      isSending.value = false;
      isOpen.value = false;
      direction.value = null;
    }
  }

  if (answer.value)
    return (
      <BigAnswer
        said={answer.value}
        onAgain={() => {
          answer.value = null;
          isOpen.value = true;
        }}
        onDone={() => {
          answer.value = null;
        }}
      />
    );
  return (
    <>
      <Fault error={fault.value} />
      {waiting.value && !isSending.value && <Waiting made={waiting.value} />}
      <Ways
        way={way}
        isFixed={isSending.value}
        onChoose={(chosen) => {
          direction.value = chosen;
        }}
      />
      {isOpen.value ? (
        <Reading
          isSending={isSending.value}
          onToken={(token) => void take(token)}
          onStop={() => {
            isOpen.value = false;
          }}
        />
      ) : (
        <Button
          kind="main"
          icon="scan"
          class="fill"
          disabled={waiting.value !== null}
          onClick={() => {
            isOpen.value = true;
          }}
        >
          {O.open()}
        </Button>
      )}
      <p class="muted">{O.howTo()}</p>
    </>
  );
}

/** A buzz for who looks at the gate and not at the phone. */
function feel(tone: Said["tone"]): void {
  navigator.vibrate?.(tone === "bad" ? [80, 60, 80] : 80);
}

interface WaysProps {
  way: Direction;
  isFixed: boolean;
  onChoose: (way: Direction) => void;
}

function Ways({ way, isFixed, onChoose }: WaysProps) {
  return (
    <fieldset class="segments" disabled={isFixed}>
      <legend class="sr-only">{O.way()}</legend>
      {(["in", "out"] as const).map((each) => (
        <Button key={each} icon={each} aria-pressed={way === each} onClick={() => onChoose(each)}>
          {each === "in" ? C.directionIn() : C.directionOut()}
        </Button>
      ))}
    </fieldset>
  );
}

interface ReadingProps {
  isSending: boolean;
  onToken: (token: string) => void;
  onStop: () => void;
}

function Reading({ isSending, onToken, onStop }: ReadingProps) {
  const isOther = useSignal(false);
  useEffect(() => watchPlace(), []);
  return (
    <>
      <Place />
      <div class="own-camera">
        <CodeCamera
          isPaused={isSending}
          onCode={(text) => {
            isOther.value = codeOf(text)?.kind !== "station";
            if (!isOther.peek()) onToken(text.trim());
          }}
        >
          <div class="over-camera" role="status">
            {isSending && <Note tone="wait">{O.sending()}</Note>}
            {isOther.value && !isSending && <Note tone="late">{O.notStation()}</Note>}
          </div>
        </CodeCamera>
      </div>
      <Button onClick={onStop} disabled={isSending}>
        {O.stop()}
      </Button>
    </>
  );
}

function Place() {
  if (placeTrouble.value === "denied")
    return (
      <Note tone="late">
        <p>{O.placeDenied()}</p>
        <Button onClick={askPlaceAgain}>{C.retry()}</Button>
      </Note>
    );
  const quality = qualityOf(fix.value, now.value);
  const words = { good: O.placeGood, none: O.placeSearching, old: O.placeSearching };
  return (
    <p role="status">
      <Badge tone={quality === "good" ? "good" : "plain"}>
        <Icon name="map" />
        {quality === "rough" ? O.placeRough() : words[quality]()}
      </Badge>
    </p>
  );
}

interface BigAnswerProps {
  said: Said;
  onAgain: () => void;
  onDone: () => void;
}

function BigAnswer({ said: { tone, icon, words, hint, again }, onAgain, onDone }: BigAnswerProps) {
  return (
    <>
      <div class={`own-answer ${tone}`} role="alert">
        <Icon name={icon} />
        <p class="words">{words}</p>
        <p>{hint}</p>
      </div>
      <div class="segments">
        {again && (
          <Button icon="turn" onClick={onAgain}>
            {O.scanAgain()}
          </Button>
        )}
        <Button kind="main" onClick={onDone}>
          {O.done()}
        </Button>
      </div>
    </>
  );
}

function wayWords(direction: Direction): string {
  return direction === "in" ? C.directionIn() : C.directionOut();
}

function Waiting({ made }: { made: Made }) {
  return (
    <Note tone="wait">
      <p class="strong">{O.waitingRow(wayWords(made.direction), clock(made.scanned_at))}</p>
      <p>{O.waitingHint()}</p>
    </Note>
  );
}

function Mine() {
  useEffect(() => void recall(), []);
  const own = ownToday.value;
  return (
    <Card aria-label={O.mine()}>
      <h2>{O.mine()}</h2>
      {own.length === 0 ? (
        <p class="muted">{O.none()}</p>
      ) : (
        <ul class="plain-list">
          {own.map((each) => (
            <li key={each.at} class="row">
              <Icon name={each.direction} />
              <span class="grow">
                <strong>
                  {wayWords(each.direction)} {clock(each.at)}
                </strong>
              </span>
              {isRecorded(each.outcome) && !["ok", "late"].includes(each.outcome) && (
                <Badge tone="wait">{O.toReview()}</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
