/** The files that go with a message, fetched when somebody wants to add one. */

export { Attach as default } from "../../components/attach";
