/** Before a lost card is revoked. */

import { texts } from "./texts";

export const X = texts({
  cardLostAsk: [
    (name: string) => `Khoá thẻ của ${name}?`,
    (name: string) => `Revoke ${name}'s card?`,
  ],
  cardLostHint: [
    "Thẻ và mã trên điện thoại hết dùng được ngay. Nhà trường sẽ cấp thẻ mới; trong lúc chờ, thầy cô ở cổng vẫn ghi nhận theo tên.",
    "The card and the phone code stop working at once. The school will issue a new card; until then the staff at the gate find the child by name.",
  ],
  cardLostDo: ["Khoá thẻ", "Revoke the card"],
});
