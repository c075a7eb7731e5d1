/** The department: its days, its closures, and how far its news came. */

import { texts } from "./texts";

export const Z = texts({
  nav: ["Việc của sở", "The department's work"],
  navClosures: ["Cho nghỉ", "Closures"],
});
