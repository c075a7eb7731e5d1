/** What somebody wrote: text alone, its lines kept, its web addresses to be tapped. */

import { partsOf } from "./prose_parts";

export function Prose({ text }: { text: string }) {
  return (
    <p class="prose">
      {partsOf(text).map((part) =>
        part.href ? (
          <a key={part.at} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}
