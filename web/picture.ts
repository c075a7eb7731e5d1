/** A picture of this phone, ready for a school's weak signal. */

/** More than the server keeps, and far less than a phone takes. */
const LONGEST_PX = 1600;

/** Upright and small. What the browser cannot read goes as it is. */
export async function smaller(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return made ?? file;
  } catch {
    return file;
  }
}
