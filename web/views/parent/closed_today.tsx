/**
 * What closes a school, for a page that rarely has to say it.
 *
 * Fetched by itself: a module that is imported both ways is bundled apart from the shell.
 */

export { default } from "./closures";
