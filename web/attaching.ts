/** A picture or a document on its way to the store. */

import type { Schemas } from "./api";
import { type Failure, isFailure, Unreached } from "./failure";
import { smaller } from "./picture";
import { accessToken, refusalOf, renew } from "./session";

export type Attached = Schemas["AttachmentShown"];
/** Whose store takes it: a school's by its number, or the department's. */
export type Store = number | "department";

export const MOST_BYTES = 10_000_000;
const PATIENCE_MS = 120_000;

/** What cannot go is said before anything is sent. A picture of any size is made smaller first. */
export function faultOf(file: Pick<File, "type" | "size">): "kind" | "size" | null {
  if (file.type.startsWith("image/")) return null;
  if (file.type !== "application/pdf") return "kind";
  return file.size > MOST_BYTES ? "size" : null;
}

/** `onShare` hears how much of it is there, 0 to 1. Throws a `Failure`. */
export async function sendAttachment(
  store: Store,
  file: File,
  onShare: (share: number) => void,
): Promise<Attached> {
  const body = file.type.startsWith("image/") ? await smaller(file) : file;
  const name = encodeURIComponent(file.name);
  const address =
    store === "department"
      ? `/v1/contact-book/department-attachments?name=${name}`
      : `/v1/contact-book/attachments?school_id=${store}&name=${name}`;
  const token = await accessToken();
  const answer = await attempt(address, body, token, onShare);
  if (answer.status !== 401) return taken(answer);
  return taken(await attempt(address, body, await renew(token), onShare));
}

async function taken(answer: XMLHttpRequest): Promise<Attached> {
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.responseText);
  throw await refusalOf(new Response(answer.responseText, { status: answer.status }));
}

/** `fetch` does not tell how much has gone. */
function attempt(
  address: string,
  body: Blob,
  token: string,
  onShare: (share: number) => void,
): Promise<XMLHttpRequest> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const away = () => fail(new Unreached());
    request.open("POST", address);
    request.timeout = PATIENCE_MS;
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    request.setRequestHeader("Content-Type", body.type);
    request.upload.onprogress = ({ loaded, total }) => onShare(total ? loaded / total : 0);
    request.onerror = away;
    request.ontimeout = away;
    request.onload = () => (request.status ? done(request) : away());
    request.send(body);
  });
}

/** What went wrong with a file, if it was no bug of ours. */
export async function caught<T>(work: Promise<T>): Promise<T | Failure> {
  try {
    return await work;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
}
